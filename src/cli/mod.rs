//! The commands, one file each: arguments in, an exit code out (0 done, 1 refused or found wrong, 2 used wrongly).
