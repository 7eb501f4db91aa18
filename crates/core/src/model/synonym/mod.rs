//! Words of Docker Compose, Kubernetes, Copilot and Heroku, and the fields that they mean.

mod fix;
mod words;

pub(super) use fix::advise;
pub use words::{
    AWS_WORDS, ENVIRONMENT_ENTRY_WORDS, ENVIRONMENT_FILE_WORDS, LAYER_WORDS,
    RESOURCE_REQUEST_WORDS, SERVICE_WORDS,
};

/// A word that users of other tools write, or a key that belongs to another map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synonym {
    /// The word in lowercase, with underscores between its parts.
    pub word: &'static str,
    /// The meaning of the word.
    pub meaning: Meaning,
}

/// The meaning of a word of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Another name of a field whose value is a scalar.
    Scalar(&'static str),
    /// Another name of a field whose value is a map or a list.
    Collection(&'static str),
    /// A number of a port: `port: {http: 5000}`.
    HttpPort,
    /// A fixed number of containers: `min_containers` and `max_containers`.
    FixedCount,
    /// A key of `resource_request`.
    Resource(&'static str),
    /// Not another name of a field. The text is the help.
    Advice(&'static str),
}

impl Synonym {
    /// Returns the field that the word means, if any.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self.meaning {
            Meaning::Scalar(name) | Meaning::Collection(name) => Some(name),
            Meaning::HttpPort => Some("port"),
            Meaning::FixedCount => Some("min_containers"),
            Meaning::Resource(_) => Some("resource_request"),
            Meaning::Advice(_) => None,
        }
    }

    /// Finds a word. `minReplicas`, `min-replicas` and `min_replicas` are the same word.
    #[must_use]
    pub fn find(word: &str, words: &'static [Self]) -> Option<&'static Self> {
        words.iter().find(|synonym| letters(synonym.word).eq(letters(word)))
    }
}

fn letters(word: &str) -> impl Iterator<Item = u8> {
    word.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::environment::EnvironmentFile;
    use crate::model::field::Keys;
    use crate::model::k8s_service::K8sService;
    use crate::model::layer::{EnvironmentEntry, Layer};
    use crate::model::resource_request::ResourceRequest;

    #[test]
    fn every_word_means_a_field_and_is_none_itself() {
        let all: [&Keys; 5] = [
            &Layer::KEYS,
            &EnvironmentEntry::KEYS,
            &EnvironmentFile::KEYS,
            &K8sService::KEYS,
            &ResourceRequest::KEYS,
        ];
        for keys in all {
            assert!(!keys.synonyms.is_empty(), "{}", keys.map);
            for synonym in keys.synonyms {
                let word = synonym.word;
                assert!(!keys.names.contains(&word), "{word} is a field of {}", keys.map);
                assert!(synonym.field().is_none_or(|field| keys.names.contains(&field)), "{word}");
                assert_eq!(Synonym::find(word, keys.synonyms), Some(synonym), "{word} twice");
            }
        }
    }

    #[test]
    fn the_spelling_of_a_word_does_not_matter() {
        for word in ["min_replicas", "minReplicas", "min-replicas", "MIN_REPLICAS"] {
            let found = Synonym::find(word, SERVICE_WORDS).and_then(Synonym::field);
            assert_eq!(found, Some("min_containers"), "{word}");
        }
        assert_eq!(Synonym::find("replica", SERVICE_WORDS), None);
    }
}
