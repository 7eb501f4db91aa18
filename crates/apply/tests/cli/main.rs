//! Tests of the command line without a cluster: exact output, exit codes and files.

mod bundle;
mod colors;
mod complete;
mod config;
mod environments;
mod errors;
mod fix;
mod fmt;
mod formats;
mod gate;
mod git_addresses;
mod help;
mod hints;
mod hostile;
mod init;
mod input;
mod other_clouds;
mod program;
mod render;
mod validate;
mod validate_environments;
mod values;
mod writing;
