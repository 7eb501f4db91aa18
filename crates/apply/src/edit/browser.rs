//! Opens the page in the user's browser.

use crate::report::prints_to_terminal;
use webbrowser::{Browser, BrowserOptions};

/// Whether the user sees the terminal of this program and can see a browser.
pub(super) fn is_possible() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_screen = !cfg!(target_os = "linux")
        || is_set("DISPLAY")
        || is_set("WAYLAND_DISPLAY")
        || is_set("BROWSER");
    prints_to_terminal() && has_screen && !is_set("SSH_CONNECTION") && !is_set("CI")
}

/// Opens an address. A failure is ignored: the address is printed as well.
pub(super) fn open(address: &str) {
    let mut options = BrowserOptions::new();
    options.with_suppress_output(true);
    drop(webbrowser::open_browser_with_options(Browser::Default, address, &options));
}
