//! The release binary of Linux is linked to a fixed address, as those of Go are: moving 28,000 addresses at each start
//! costs as long as rendering does. See ARCHITECTURE.md, "Start of the process".

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("PROFILE") == "release" && variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu"
    {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
