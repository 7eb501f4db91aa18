//! `optakit edit`: the editor's page over a file of this machine.

use std::process::ExitCode;

use crate::cli;
use crate::edit::Server;
use crate::report::Report;

/// Serves the page until the program is ended.
///
/// # Errors
///
/// When the file cannot be read, the port is taken, or the binary holds no page.
pub(crate) fn run(arguments: &cli::Edit, report: &Report) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::bind(&arguments.file, arguments.port).await?;
        report.result(&format!("The editor is at {} (Ctrl-C ends it)\n", server.address()));
        tokio::select! {
            served = server.serve() => served?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(ExitCode::SUCCESS)
    })
}
