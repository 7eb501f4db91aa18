//! Tags of AWS resources, and who a resource belongs to.

use std::collections::BTreeMap;

use optakit_core::bundle::{Bundle, Metadata};
use optakit_core::visible::visible_line;

/// The tags of a resource.
pub(super) type Tags = BTreeMap<String, String>;

/// The tag with the UID of the cluster that the role is used in.
pub(super) const CLUSTER: &str = "optakit.dev/cluster";
const ENVIRONMENT: &str = "optakit.dev/environment";
const LAYER: &str = "optakit.dev/layer";
const MODULE: &str = "optakit.dev/module";
/// The tags that Opta sets. The value of `opta` varies.
pub(super) const TERRAFORM: (&str, &str) = ("terraform", "true");
const OPTA: &str = "opta";

/// The module of a service that an AWS resource is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceModule {
    environment: String,
    layer: String,
    module: String,
}

/// The owner of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Optakit created the resource for this module.
    Optakit,
    /// Opta created it.
    Opta,
    /// Its tags do not name an owner.
    Unknown,
    /// Optakit created it for another module or environment.
    OtherModule,
}

impl Owner {
    /// Whether a resource may only be changed with `--adopt`.
    pub(super) const fn is_foreign(self) -> bool {
        match self {
            Self::Unknown | Self::OtherModule => true,
            Self::Optakit | Self::Opta => false,
        }
    }
}

impl ServiceModule {
    pub(crate) fn new(bundle: &Bundle, module: &str) -> Self {
        let Metadata { environment, layer } = bundle.metadata.clone();
        Self { environment, layer, module: module.to_owned() }
    }

    /// Returns the tags that name the module.
    pub(super) fn tags(&self) -> Tags {
        let tags = [(ENVIRONMENT, &self.environment), (LAYER, &self.layer), (MODULE, &self.module)];
        tags.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect()
    }

    /// Returns the owner of a role or a policy. Its name contains the environment.
    pub(super) fn owner_of_role(&self, tags: &Tags) -> Owner {
        self.owner(tags, &[ENVIRONMENT, LAYER, MODULE])
    }

    /// Returns the owner of a repository. The environments of an account share repositories.
    pub(super) fn owner_of_repository(&self, tags: &Tags) -> Owner {
        self.owner(tags, &[LAYER, MODULE])
    }

    fn owner(&self, tags: &Tags, compared: &[&str]) -> Owner {
        let own = self.tags();
        let has = |key: &&str| tags.contains_key(*key);
        let is_opta = tags.get(TERRAFORM.0).is_some_and(|value| value == TERRAFORM.1)
            || tags.contains_key(OPTA);
        if compared.iter().any(has) {
            let is_own = compared.iter().all(|key| tags.get(*key) == own.get(*key));
            if is_own { Owner::Optakit } else { Owner::OtherModule }
        } else if has(&CLUSTER) {
            // Earlier versions set only this tag.
            Owner::Optakit
        } else if is_opta {
            Owner::Opta
        } else {
            Owner::Unknown
        }
    }
}

/// A resource that may not be changed.
#[derive(Clone, Debug)]
pub(crate) struct ForeignResource {
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) owner: Owner,
    pub(super) tags: Tags,
}

impl std::fmt::Display for ForeignResource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, name, owner, tags } = self;
        let owner = match owner {
            Owner::OtherModule => "belongs to another service of Optakit",
            Owner::Unknown | Owner::Optakit | Owner::Opta => "was not created by Optakit or Opta",
        };
        let tag = |(key, value)| visible_line(&format!("{key}={value}")).into_owned();
        let tags: Vec<String> = tags.iter().map(tag).collect();
        let tags = if tags.is_empty() {
            "it has no tags".to_owned()
        } else {
            format!("its tags are {}", tags.join(", "))
        };
        write!(formatter, "the {what} `{name}` {owner}; {tags}")
    }
}

/// Returns the wanted tags that are missing or have another value.
pub(super) fn missing(found: &Tags, wanted: &Tags) -> Tags {
    let differs = |(key, value): &(&String, &String)| found.get(*key) != Some(*value);
    let missing = wanted.iter().filter(differs);
    missing.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(tags: &[(&str, &str)]) -> (Owner, Owner) {
        let service = ServiceModule {
            environment: "staging".to_owned(),
            layer: "shop".to_owned(),
            module: "api".to_owned(),
        };
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let tags: Tags = tags.collect();
        (service.owner_of_role(&tags), service.owner_of_repository(&tags))
    }

    #[test]
    fn tags_name_the_owner() {
        let (layer, module) = ((LAYER, "shop"), (MODULE, "api"));
        let same = |owner| (owner, owner);
        assert_eq!(owner(&[]), same(Owner::Unknown));
        assert_eq!(owner(&[("team", "payments"), ("terraform", "no")]), same(Owner::Unknown));
        assert_eq!(owner(&[("terraform", "true")]), same(Owner::Opta));
        assert_eq!(owner(&[("opta", "true")]), same(Owner::Opta));
        assert_eq!(owner(&[(CLUSTER, "1")]), same(Owner::Optakit));
        assert_eq!(owner(&[layer, module, (ENVIRONMENT, "staging")]), same(Owner::Optakit));
        assert_eq!(
            owner(&[layer, module, (ENVIRONMENT, "production")]),
            (Owner::OtherModule, Owner::Optakit),
            "environments share repositories"
        );
        assert_eq!(
            owner(&[(LAYER, "other"), module, ("terraform", "true")]),
            same(Owner::OtherModule)
        );
    }
}
