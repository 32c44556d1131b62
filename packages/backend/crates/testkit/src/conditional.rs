//! Tests that need what not every machine has: real orders, or the right to mount a disk.
//!
//! The standard runner can only pass or fail such a test. This one counts it as ignored and prints the reason.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

/// A test that runs with its requirement, and is ignored with a reason without it.
pub fn test<N>(
    name: &str,
    requirement: impl FnOnce() -> Result<N, String> + Send + 'static,
    test: impl FnOnce(N) + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || match requirement() {
        Ok(available) => {
            test(available);
            Ok(Completion::Completed)
        }
        Err(reason) => Ok(Completion::ignored_with(reason)),
    })
}

/// Runs tests with the arguments of the standard runner.
pub fn run(tests: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), tests).exit_code()
}

/// Files of real orders. They are next to the project on some machines and are no part of it.
///
/// # Errors
/// Names the file that is missing.
pub fn real_data<const N: usize>(names: [&str; N]) -> Result<[PathBuf; N], String> {
    files_next_to_the_project("data", names)
}

/// Vectors of the reference implementation of the detection and the explanation. They are there as real orders are.
///
/// # Errors
/// Names the file that is missing.
pub fn reference_vectors(name: &str) -> Result<PathBuf, String> {
    files_next_to_the_project("insight", [name]).map(|[file]| file)
}

fn files_next_to_the_project<const N: usize>(folder: &str, names: [&str; N]) -> Result<[PathBuf; N], String> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../../shared").join(folder);
    match names.iter().find(|name| !shared.join(name).is_file()) {
        Some(name) => Err(format!("../shared/{folder}/{name} is not on this machine")),
        None => Ok(names.map(|name| shared.join(name))),
    }
}

/// The `main` of a test target without the standard harness: each test, and the requirement that it takes.
#[macro_export]
macro_rules! conditional_tests {
    ($($test:path, needs $requirement:expr;)+) => {
        fn main() -> std::process::ExitCode {
            $crate::conditional::run(vec![
                $($crate::conditional::test(stringify!($test), || $requirement, $test)),+
            ])
        }
    };
}
