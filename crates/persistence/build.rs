//! The migrations are built into the crate: a new or changed one has it built again.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
