//! The page program.

fn main() {
    portal::page::start();
}
