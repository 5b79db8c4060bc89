//! What a process has used, read from `/proc`: no counter of our own stands in the measured code.
use std::fs;
use std::time::Duration;

/// Clock ticks per second in `/proc/*/stat`; fixed at 100 on Linux.
const TICKS_PER_S: f64 = 100.0;

/// Processor time of every live thread of a process, in seconds, to the nanosecond.
pub fn cpu_s(pid: u32) -> f64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return 0.0 };
    let nanoseconds: u64 = threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(nanoseconds).as_secs_f64()
}

/// Processor time of all children this process has waited for, in seconds, to the tick.
pub fn children_cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name in brackets may hold spaces; `cutime` and `cstime` are fields 16 and 17 of all.
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse::<f64>().unwrap())
        .sum();
    ticks / TICKS_PER_S
}

/// The most memory a live process ever had resident, in KiB.
pub fn peak_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
