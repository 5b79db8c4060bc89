//! Pages: their articles found, the hostile survived, the score held.
mod article;
mod command;
mod hostile;
mod page_dates;
mod page_shapes;
mod score;
