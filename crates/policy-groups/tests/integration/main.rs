//! The crate through its public API, as one binary.

#[cfg(test)]
mod kit;

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod model_based;

#[cfg(test)]
mod naming;

#[cfg(test)]
mod documents;

#[cfg(test)]
mod combining;

#[cfg(test)]
mod explaining;

#[cfg(test)]
mod access;

#[cfg(test)]
mod following;

#[cfg(test)]
mod atomicity;
