//! The office program.

fn main() {
    portal::clinic::start_office();
}
