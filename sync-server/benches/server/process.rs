//! The process that is measured: its port, its processor time, its memory.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::clinic::Clinic;

const STARTS_WITHIN: Duration = Duration::from_secs(60);

pub struct Process {
    child: Child,
    pub port: u16,
}

impl Process {
    pub fn served(clinic: &Clinic) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.args(clinic.arguments());
        Self::start(command)
    }

    /// Any program that says `started port=N`.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, port)) = line.split_once("started port=") {
                    // Whoever waited may have given up.
                    let _gone = tell.send(port.parse().unwrap());
                }
            }
        });
        let port = told.recv_timeout(STARTS_WITHIN).expect("the server starts");
        Self { child, port }
    }

    /// Milliseconds that all of its threads were on a processor. Threads that ended are not in it:
    /// those of the server live longer than what is measured.
    pub fn cpu_ms(&self) -> f64 {
        cpu_ms(self.child.id())
    }

    pub fn memory_kib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub fn stop(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub fn cpu_ms(process: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let spent = |thread: std::io::Result<std::fs::DirEntry>| -> Option<f64> {
        let said = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        said.split(' ').next()?.parse().ok()
    };
    threads.filter_map(spent).sum::<f64>() / 1e6
}
