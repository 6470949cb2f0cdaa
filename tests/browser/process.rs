//! Child processes that never outlive a journey: not at its end, not at a panic, not at a kill.

use anyhow::{Context, Result};
use std::collections::HashMap;
use std::io::Read;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// The hidden argument with which this binary starts itself as the watcher of one child.
pub const WATCH_ARGUMENT: &str = "--end-tree-when-input-closes";

/// A running child and everything below it. Dropping it ends the whole tree.
pub struct Tree {
    child: Child,
    watcher: Child,
    /// Held open while this process lives; when it dies in whatever way, the watcher wakes up.
    _alive: ChildStdin,
}

impl Tree {
    pub fn start(command: &mut Command) -> Result<Tree> {
        use std::os::unix::process::CommandExt;
        // A group of its own: Ctrl-C then reaches the watcher's owner alone, and it tidies up.
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{} does not start", command.get_program().display()))?;
        let mut watcher = Command::new(std::env::current_exe()?)
            .args([WATCH_ARGUMENT, &child.id().to_string()])
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("the watcher does not start")?;
        let alive = watcher.stdin.take().context("the watcher has no input")?;
        Ok(Tree { child, watcher, _alive: alive })
    }

    pub fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Asks the child to stop, as a host would, and answers whether it did so in time.
    pub fn stop(&mut self, patience: Duration) -> bool {
        send_signal("TERM", &[self.child.id()]);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if self.has_ended() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Ends everything at once, as a crash would.
    pub fn kill(&mut self) {
        if !self.has_ended() {
            end_tree(self.child.id());
        }
        // Fails only when it was reaped already, and then there is nothing to do.
        let _ = self.child.wait();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.kill();
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
    }
}

/// The watcher's whole life: waits until its input closes, then ends the tree.
pub fn watch(pid: &str) -> Result<()> {
    let pid: u32 = pid.parse().context("the watcher wants a process number")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    end_tree(pid);
    Ok(())
}

fn end_tree(root: u32) {
    send_signal("KILL", &tree_below(root));
}

fn send_signal(signal: &str, pids: &[u32]) {
    let mut list = String::new();
    for pid in pids {
        list.push_str(&format!(" {pid}"));
    }
    // The shell's own `kill` is there on every Unix. A process that has just ended is no failure.
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -{signal}{list}")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// The process and all its descendants, taken before any of them is killed: orphans change parents.
fn tree_below(root: u32) -> Vec<u32> {
    let children = children_by_parent();
    let mut found = vec![root];
    let mut next = 0;
    while next < found.len() {
        if let Some(more) = children.get(&found[next]) {
            found.extend(more);
        }
        next += 1;
    }
    found
}

fn children_by_parent() -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let listed = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output();
    let Ok(listed) = listed else { return children };
    for line in String::from_utf8_lossy(&listed.stdout).lines() {
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
        if let (Some(parent), Some(child)) = (numbers.next(), numbers.next()) {
            children.entry(parent).or_default().push(child);
        }
    }
    children
}
