//! Asks the linker for what `scripts/split.mjs` needs to cut the program into files: where each address is used.

fn main() {
    println!("cargo::rustc-link-arg-bins=--emit-relocs");
    println!("cargo::rerun-if-changed=build.rs");
}
