//! One story, one alert: the labelled pairs, the index beside brute force.

mod feeds;
mod index;
mod labelled;
mod pairs;
