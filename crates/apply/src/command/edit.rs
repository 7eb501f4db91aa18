//! `optakit edit`.

use crate::cli::EditArgs;
use crate::edit::Server;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::request;
use crate::session::block_on;

/// Serves the editor for a local file until the user presses Ctrl-C.
///
/// # Errors
///
/// Fails if the file cannot be read, the port is in use, or the binary was built without the page.
pub(crate) fn run(arguments: &EditArgs, report: &Report) -> anyhow::Result<Outcome> {
    block_on(async {
        let server =
            Server::bind(&request::find_or_new(arguments.file.as_deref()), arguments.port).await?;
        report.result(&format!("The editor is at {} (press Ctrl-C to stop)\n", server.address()));
        tokio::select! {
            served = server.serve() => served?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(Outcome::Succeeded)
    })
}
