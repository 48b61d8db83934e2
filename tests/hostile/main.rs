//! What must hold under fire: many at once, requests sent twice, and input that no client of good will sends.
