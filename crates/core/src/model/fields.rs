//! The macro that declares a map of the format with its fields.

/// Declares a struct whose members are the fields of a map.
///
/// Each line reads `/// doc`, then `name: Type = default, { example: "…", … };`. A field with a
/// default becomes a [`Defaulted`], one without an `Option<Spanned<_>>`; a default is written as
/// YAML would have it, and the type is made `From` it. The braces hold any members of [`Field`].
macro_rules! fields {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident ($of:literal) {
            $( $(#[doc = $doc:literal])* $field:ident $(as $key:literal)?: $type:ty $(= $default:expr)?, { $($attribute:ident: $value:expr),* $(,)? }; )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $doc])* pub $field: $crate::model::fields::fields!(@type $type $(, $default)?), )*
        }

        impl $name {
            /// The declaration of each field, in the order of the documentation.
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
            pub const NAMES: &'static [&'static str] = &[ $( $crate::model::fields::fields!(@key $field $($key)?) ),* ];

            /// The declaration of a field.
            #[must_use]
            pub fn field(name: &str) -> &'static $crate::model::field::Field {
                Self::FIELDS.iter().find(|field| field.name == name).expect("only declared fields are asked for")
            }

            /// Reads the fields of a map; `owner` is where to point when a required one is missing.
            pub fn read(
                mapping: &$crate::syntax::Mapping,
                owner: $crate::span::Span,
                reader: &mut $crate::model::field_reader::FieldReader<'_>,
            ) -> Self {
                let _ = owner;
                reader.unknown_keys(mapping, Self::NAMES, $of);
                Self {
                    $( $field: {
                        let field = Self::field($crate::model::fields::fields!(@key $field $($key)?));
                        $crate::model::fields::fields!(@read reader, mapping, field, owner, $type $(, $default)?)
                    } ),*
                }
            }
        }
    };
    (@type $type:ty) => { Option<$crate::span::Spanned<$type>> };
    (@type $type:ty, $default:expr) => { $crate::span::Defaulted<$type> };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
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
