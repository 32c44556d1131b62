//! Memory and processor time of a process, from Linux's /proc.

/// Clock ticks per second in /proc: the kernel's constant for user space.
const TICKS_PER_SECOND: f64 = 100.0;

/// The memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The current resident memory.
    pub resident: u64,
    /// The peak resident memory.
    pub peak: u64,
}

/// The memory of a process; `None` if it has ended.
pub fn memory(process: u32) -> Option<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1_024)
    };
    Some(Memory { resident: field("VmRSS")?, peak: field("VmHWM")? })
}

/// The processor time of a process, in seconds; `None` if it has ended.
pub fn processor_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The process name is in parentheses and may have blanks. After it, utime and stime are the 12th and 13th fields.
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// The processor time of this thread, in seconds.
pub fn own_processor_seconds() -> Option<f64> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = schedstat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
