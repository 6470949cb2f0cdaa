//! The clinic program.

fn main() {
    portal::clinic::start();
}
