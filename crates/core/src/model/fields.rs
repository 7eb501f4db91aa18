//! The macro that declares a map and its fields.

/// Declares a struct whose members are the fields of a map.
///
/// The header is the name of the struct and the name of the map in messages:
/// `pub struct Layer ("a service file")`. It can name a list of words of other tools:
/// `("a `k8s-service`", synonyms: SERVICE_WORDS)`.
///
/// Each field has the form `/// doc`, then `name: Type = default, { attributes };`. A field with a
/// default becomes a [`Defaulted`](crate::span::Defaulted), any other field an
/// `Option<Spanned<_>>`. The default is written as in YAML, and the type must implement `From` for
/// it. The attributes are members of [`Field`](crate::model::field::Field).
macro_rules! fields {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident (
            $map:literal $(, synonyms: $synonyms:expr)?
        ) {
            $(
                $(#[doc = $doc:literal])*
                $field:ident $(as $key:literal)?: $type:ty $(= $default:expr)?,
                { $($attribute:ident: $value:expr),* $(,)? };
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $(
                $(#[doc = $doc])*
                pub $field: $crate::model::fields::fields!(@type $type $(, $default)?),
            )*
        }

        impl $name {
            /// The declarations of the fields, in the order of the documentation.
            pub const FIELDS: &'static [$crate::model::field::Field] = &[
                $( $crate::model::field::Field {
                    name: $crate::model::fields::fields!(@key $field $($key)?),
                    doc: concat!($($doc, "\n"),*),
                    kind: <$type as $crate::model::field_reader::FieldValue>::KIND,
                    $( default: Some(stringify!($default)), )?
                    $( $attribute: $value, )*
                    ..$crate::model::field::Field::BLANK
                } ),*
            ];

            /// The names of the fields.
            pub const NAMES: &'static [&'static str] =
                &[ $( $crate::model::fields::fields!(@key $field $($key)?) ),* ];

            /// The keys of the map.
            pub const KEYS: $crate::model::field::Keys = $crate::model::field::Keys {
                map: $map,
                names: Self::NAMES,
                synonyms: $crate::model::fields::fields!(@list $($synonyms)?),
                shapes: Self::SHAPES,
            };

            const SHAPES: &'static [$crate::model::field::FieldShape] =
                &$crate::model::field::shapes::<{ $name::NAMES.len() }>($name::FIELDS);

            /// Returns the shape of a field.
            ///
            /// # Panics
            ///
            /// Panics if the field is not declared.
            #[must_use]
            pub fn shape(name: &str) -> &'static $crate::model::field::FieldShape {
                Self::SHAPES.iter().find(|shape| shape.name == name).expect("the field is declared")
            }

            /// Returns the values of a map without any field: the defaults.
            #[must_use]
            pub fn empty() -> Self {
                Self {
                    $( $field: $crate::model::fields::fields!(@empty $type $(, $default)?) ),*
                }
            }

            /// Reads the fields of a map. The diagnostic of a missing field points to `owner`.
            pub fn read(
                mapping: &$crate::syntax::Mapping,
                owner: $crate::span::Span,
                reader: &mut $crate::model::field_reader::FieldReader<'_>,
            ) -> Self {
                let _ = owner;
                reader.unknown_keys(mapping, &Self::KEYS);
                Self {
                    $( $field: {
                        let name = $crate::model::fields::fields!(@key $field $($key)?);
                        let field = Self::shape(name);
                        $crate::model::fields::fields!(
                            @read reader, mapping, field, owner, $type $(, $default)?
                        )
                    } ),*
                }
            }
        }
    };
    (@type $type:ty) => { Option<$crate::span::Spanned<$type>> };
    (@type $type:ty, $default:expr) => { $crate::span::Defaulted<$type> };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@list) => { &[] };
    (@list $list:expr) => { $list };
    (@empty $type:ty) => { None };
    (@empty $type:ty, $default:expr) => {
        $crate::span::Defaulted::default_value(<$type>::from($default))
    };
    (@read $reader:ident, $mapping:ident, $field:ident, $owner:ident, $type:ty) => {
        if $field.required {
            $reader.required::<$type>($mapping, $field, $owner)
        } else {
            $reader.optional::<$type>($mapping, $field)
        }
    };
    (@read $reader:ident, $mapping:ident, $field:ident, $owner:ident, $type:ty, $default:expr) => {
        $reader.defaulted::<$type>($mapping, $field, || <$type>::from($default))
    };
}
pub(crate) use fields;
