//! Runs the binary against a Kubernetes control plane and an AWS stand-in (ECR, EKS, IAM, STS).

#[path = "../testbed/mod.rs"]
#[allow(dead_code, unused_imports, reason = "these tests use a part of the testbed")]
mod testbed;

mod apply;
mod aws;
mod confirm;
mod connection;
mod conventions;
mod cron_jobs;
mod drift;
mod gate;
mod history;
mod hostile;
mod hosts;
mod iam;
mod iam_changes;
mod iam_owners;
mod iam_policy;
mod identity;
mod images;
mod inspect;
mod interrupted;
mod interrupted_scaling;
mod kubeconfig;
mod lines;
mod lock;
mod lock_wait;
mod manifests;
mod network;
mod no_wait;
mod order;
mod other_clouds;
mod output;
mod ownership;
mod plan;
mod preflight;
mod prompt;
mod prune;
mod replaced;
mod replicas;
mod revisions;
mod rollback;
mod secret_files;
mod secret_sources;
mod secrets;
mod stateful;
mod status;
mod stopped;
mod takeover;
mod takeover_2022;
mod takeover_interrupted;
mod tcp_routes;
mod waiting;
mod waiting_faults;
