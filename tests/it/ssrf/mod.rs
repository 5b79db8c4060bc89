//! The operator's own network is reached by nothing a feed, a page or a name says: once as a table
//! of addresses in every spelling, once with tripwires that listen where nobody may come.
mod live;
mod table;
