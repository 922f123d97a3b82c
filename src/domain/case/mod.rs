//! A case: one User's one second or subsequent User System, from the notification to its end (DOMAIN.md 3).
