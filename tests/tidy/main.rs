//! Rules about the source that a machine can check, over every file that git knows.
//!
//! Each rule is a function from files to findings. It runs over the repository, and over a planted
//! sample that breaks it, so that no rule can stop working without anyone noticing.

mod code;
mod crossing;
mod dependencies;
mod documentation;
mod duplicates;
mod imports;
mod layers;
mod lengths;
mod licences;
mod manifests;
mod pages;
mod reading_grade;
mod repository;
mod sizes;
mod tree;
mod used;
mod words;
