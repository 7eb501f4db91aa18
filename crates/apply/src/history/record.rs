//! Records revisions.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Api, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use optakit_core::bundle::Bundle;
use serde_json::json;

use super::current::next_after;
use super::facts::{CAUSE, Facts, shortened};
use super::pack::pack;
use super::revision::{
    BEFORE, Before, DIGEST, HistoryError, KEY, LAYER, NUMBER, PART_TYPE, PARTS, RESTORES, Revision,
    STATUS, Status, TYPE, part_name, secret_name,
};
use crate::live::{LiveError, explain};
use crate::origin::{self, Commit};

/// A revision that is not recorded yet.
pub(crate) struct NewRevision {
    layer: String,
    number: u32,
    status: Status,
    digest: String,
    before: Before,
    restores: Option<u32>,
    facts: Facts,
    /// The compressed bundle, split into parts that fit into a Secret.
    parts: Vec<Vec<u8>>,
}

impl NewRevision {
    /// Creates a revision with a number and the status [`Applying`](Status::Applying).
    pub(crate) fn of(bundle: &Bundle, number: u32) -> Self {
        Self {
            layer: bundle.metadata.layer.clone(),
            number,
            status: Status::Applying,
            digest: bundle.actual_digest(),
            before: Before::Nothing,
            restores: None,
            facts: Facts::of(bundle),
            parts: pack(&bundle.to_text()),
        }
    }

    /// Sets what runs now.
    pub(crate) fn after(self, before: Before) -> Self {
        Self { before, ..self }
    }

    /// Sets the revision that this one restores.
    pub(crate) fn restoring(self, restores: Option<u32>) -> Self {
        Self { restores, ..self }
    }

    /// Sets who made the revision, and from which commit.
    pub(crate) fn made_by(mut self, author: String, commit: Option<Commit>) -> Self {
        self.facts.author = Some(author);
        self.facts.commit = commit;
        self
    }

    /// Sets whether the run does not use AWS.
    pub(crate) fn skipping_aws(mut self, skips_aws: bool) -> Self {
        self.facts.skips_aws = skips_aws;
        self
    }

    /// Sets why the run failed.
    pub(crate) fn because(mut self, cause: Option<String>) -> Self {
        self.facts.cause = cause;
        self
    }

    /// Sets the outcome.
    pub(crate) fn with_status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// Checks with a dry run that the API server accepts the revision. Writes nothing.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the revision.
    pub(crate) async fn check(&mut self, client: &kube::Client) -> Result<(), HistoryError> {
        self.create(client, true).await
    }

    /// Writes the revision.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the revision.
    pub(crate) async fn write(mut self, client: &kube::Client) -> Result<Revision, HistoryError> {
        self.create(client, false).await?;
        Ok(Revision {
            number: self.number,
            status: self.status,
            digest: self.digest,
            recorded: String::new(),
            before: self.before,
            restores: self.restores,
            facts: self.facts,
            parts: self.parts.len(),
        })
    }

    async fn create(&mut self, client: &kube::Client, dry_run: bool) -> Result<(), HistoryError> {
        let params = PostParams { dry_run, ..PostParams::default() };
        loop {
            // The Secret that makes the revision visible comes last.
            for part in (1..=self.parts.len()).rev() {
                match self.create_part(client, part, &params).await? {
                    Created::Yes => {}
                    Created::NameIsTaken => {
                        self.number = next_free(client, &self.layer, self.number).await?;
                        break;
                    }
                }
                if part == 1 {
                    return Ok(());
                }
            }
        }
    }

    async fn create_part(
        &self,
        client: &kube::Client,
        part: usize,
        params: &PostParams,
    ) -> Result<Created, HistoryError> {
        let secrets: Api<Secret> = Api::namespaced(client.clone(), &self.layer);
        let secret = self.secret(part);
        let error = match secrets.create(params, &secret).await {
            Ok(_) => return Ok(Created::Yes),
            Err(error) => error,
        };
        if matches!(&error, kube::Error::Api(answer) if answer.code == 409) {
            let name = secret.metadata.name.as_deref().unwrap_or_default();
            let found = secrets.get_opt(name).await;
            let found =
                found.map_err(|error| explain(error, "reading", &format!("Secret {name}")))?;
            // Without such a Secret, a webhook rejects the record with this status.
            if let Some(found) = found {
                // The answer to our own request was lost.
                let is_ours = found.type_ == secret.type_
                    && found.data == secret.data
                    && found.metadata.labels == secret.metadata.labels;
                return Ok(if is_ours { Created::Yes } else { Created::NameIsTaken });
            }
        }
        Err(explain(error, "recording", &format!("revision {}", self.number)).into())
    }

    /// Returns the Secret of a part. Parts count from 1.
    fn secret(&self, part: usize) -> Secret {
        let Self { layer, number, .. } = self;
        let text = |key: &str, value: &dyn ToString| (key.to_owned(), value.to_string());
        let mut labels = BTreeMap::from([
            text("app.kubernetes.io/managed-by", &"optakit"),
            text(LAYER, layer),
            text(NUMBER, number),
        ]);
        let mut annotations = BTreeMap::new();
        let (name, kind) = if part == 1 {
            labels.extend([text(STATUS, &self.status)]);
            annotations.extend([text(DIGEST, &self.digest)]);
            annotations.extend(self.before.value().map(|before| text(BEFORE, &before)));
            annotations.extend(self.restores.map(|restores| text(RESTORES, &restores)));
            let parts = Some(self.parts.len()).filter(|parts| *parts > 1);
            annotations.extend(parts.map(|parts| text(PARTS, &parts)));
            annotations.extend(self.facts.annotations());
            (secret_name(layer, *number), TYPE)
        } else {
            (part_name(layer, *number, part), PART_TYPE)
        };
        let bytes = ByteString(self.parts[part - 1].clone());
        Secret {
            metadata: ObjectMeta {
                name: Some(name),
                labels: Some(labels),
                annotations: Some(annotations),
                ..ObjectMeta::default()
            },
            type_: Some(kind.to_owned()),
            immutable: Some(true),
            data: Some(BTreeMap::from([(KEY.to_owned(), bytes)])),
            ..Secret::default()
        }
    }
}

/// The outcome of creating a Secret.
enum Created {
    Yes,
    /// Another Secret has the name.
    NameIsTaken,
}

/// Returns the first number from `from` that no Secret of the namespace uses.
async fn next_free(client: &kube::Client, layer: &str, from: u32) -> Result<u32, HistoryError> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
    let found = secrets
        .list_metadata(&ListParams::default())
        .await
        .map_err(|error| explain(error, "listing", "the Secrets"))?;
    let names: BTreeSet<String> =
        found.items.into_iter().filter_map(|item| item.metadata.name).collect();
    let is_free = |number: &u32| {
        let name = secret_name(layer, *number);
        let part = format!("{name}.part");
        !names.contains(&name) && !names.iter().any(|other| other.starts_with(&part))
    };
    // The taken name may have been deleted since.
    Ok((from..).find(is_free).unwrap_or(from))
}

/// Records a bundle and its outcome as the newest revision. `known` are all revisions, newest
/// first.
///
/// # Errors
///
/// Fails if the API server rejects the record.
pub(crate) async fn record(
    client: &kube::Client,
    bundle: &Bundle,
    status: Status,
    known: &[Revision],
) -> Result<Revision, HistoryError> {
    let number = next_after(known.first().map_or(0, |newest| newest.number));
    let new = NewRevision::of(bundle, number).made_by(origin::author(), None);
    new.with_status(status).write(client).await
}

impl Revision {
    /// Records the outcome of a revision, and why its run failed.
    ///
    /// # Errors
    ///
    /// Fails if the API server rejects the change.
    pub(crate) async fn set_status(
        &mut self,
        client: &kube::Client,
        layer: &str,
        status: Status,
        cause: Option<&str>,
    ) -> Result<(), LiveError> {
        let secrets: Api<Secret> = Api::namespaced(client.clone(), layer);
        let annotations = json!({ CAUSE: cause.map(shortened) });
        let labels = json!({ STATUS: status.word() });
        let patch = json!({ "metadata": { "labels": labels, "annotations": annotations } });
        let name = secret_name(layer, self.number);
        secrets
            .patch_metadata(&name, &PatchParams::default(), &Patch::Merge(&patch))
            .await
            .map_err(|error| explain(error, "changing", &format!("Secret {name}")))?;
        self.status = status;
        self.facts.cause = cause.map(str::to_owned);
        Ok(())
    }
}
