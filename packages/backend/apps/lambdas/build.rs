//! Functions that are equal after compilation are linked once: the programs start sooner the smaller they are.

#[expect(clippy::disallowed_methods, reason = "a build script receives its settings from Cargo by the environment")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    // The linker that Rust has for this platform can do that. Tests are linked as they are everywhere.
    if is("TARGET", "x86_64-unknown-linux-gnu") && is("OPT_LEVEL", "s") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
