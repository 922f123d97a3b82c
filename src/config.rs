//! `config/sscd.toml`: every key, its default and its check; and the files beside it that make the World.
