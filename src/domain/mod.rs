//! The rules of the trade: values in, values out. Nothing here waits, reads a clock, opens a file or knows SQL,
//! so the rules can be tested by the thousand and cannot fail at night.

pub mod budget;
pub mod calendar;
pub mod case;
pub mod change;
pub mod desk;
pub mod directory;
pub mod feed;
pub mod folder;
pub mod id;
pub mod letter;
pub mod meeting;
pub mod message;
pub mod notification;
pub mod outcome;
pub mod pace;
pub mod policy;
pub mod review;
pub mod route;
pub mod token;
pub mod workday;
pub mod world;
