//! `optakit edit`.

use crate::cli::EditArgs;
use crate::edit::{Place, Server};
use crate::environment_file::Outside;
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
    let EditArgs { file, host, port, public_url, no_open, allow_outside } = arguments;
    let place = Place { host: *host, port: *port, public_url: public_url.as_deref() };
    let outside = Outside::allowed(*allow_outside);
    block_on(async {
        let file = request::find_or_new(file.as_deref());
        let server = Server::bind(&file, &place, outside).await?;
        report.result(&format!("The editor is at {} (press Ctrl-C to stop)\n", server.address()));
        if !no_open {
            server.open_browser();
        }
        tokio::select! {
            () = server.serve() => {}
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(Outcome::Succeeded)
    })
}
