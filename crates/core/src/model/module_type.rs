//! Module types of Opta: their fields and outputs.

use super::cloud::Cloud;

/// A module type of some clouds.
#[derive(Clone, Copy, Debug)]
pub struct ModuleType {
    /// The short name. In a file, it can have the prefix of a cloud, such as `aws-`.
    pub name: &'static str,
    /// The clouds that have the type, as a set of bits.
    clouds: u8,
    /// The fields that links read. A module of the type must have them.
    pub required: &'static [RequiredField],
    /// The fields, besides `name` and `type`. None if all keys are allowed.
    pub fields: Words,
    /// The outputs that services of the environment can use, for `{parent.output}`.
    pub exported: Words,
    /// The other outputs. Only services of the same file can use them.
    pub internal: Words,
}

/// A required field of a module that Optakit does not render.
#[derive(Clone, Copy, Debug)]
pub struct RequiredField {
    /// The key. The value is text.
    pub name: &'static str,
    /// An example value.
    pub example: &'static str,
}

/// Names, separated by spaces. One text is smaller than a list of texts.
#[derive(Clone, Copy, Debug)]
pub struct Words(&'static str);

impl Words {
    /// Returns the names.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    /// Whether the list has no names.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether a name is in the list.
    #[must_use]
    pub fn contains(self, name: &str) -> bool {
        self.iter().any(|word| word == name)
    }
}

impl ModuleType {
    /// Returns a module type without fields and outputs.
    pub(super) const fn new(name: &'static str, clouds: u8) -> Self {
        let (fields, exported, internal) = (Words(""), Words(""), Words(""));
        Self { name, clouds, required: &[], fields, exported, internal }
    }

    /// Returns the type with these fields.
    pub(super) const fn fields(self, fields: &'static str) -> Self {
        Self { fields: Words(fields), ..self }
    }

    /// Returns the type with these outputs, which other files can use.
    pub(super) const fn exported(self, exported: &'static str) -> Self {
        Self { exported: Words(exported), ..self }
    }

    /// Returns the type with these other outputs.
    pub(super) const fn internal(self, internal: &'static str) -> Self {
        Self { internal: Words(internal), ..self }
    }

    /// Returns the type with these required fields.
    pub(super) const fn required(self, required: &'static [RequiredField]) -> Self {
        Self { required, ..self }
    }

    /// Whether a cloud has the type.
    #[must_use]
    pub const fn is_of(&self, cloud: Cloud) -> bool {
        self.clouds & cloud_bit(cloud) != 0
    }

    /// Returns all outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &'static str> {
        self.internal.iter().chain(self.exported.iter())
    }
}

/// Returns the bit of a cloud. An existing cluster has the module types of a local one.
pub(super) const fn cloud_bit(cloud: Cloud) -> u8 {
    match cloud {
        Cloud::Aws => 1,
        Cloud::Google => 2,
        Cloud::Azure => 4,
        Cloud::Local | Cloud::Existing => 8,
    }
}

/// The type that Optakit renders.
pub const K8S_SERVICE: &str = "k8s-service";

/// The field of an `s3` module that links read.
pub const BUCKET_NAME: &str = "bucket_name";
