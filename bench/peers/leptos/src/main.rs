//! A Leptos page that only says hello: what the framework costs by itself.

use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(|| view! { <p>"Hello"</p> });
}
