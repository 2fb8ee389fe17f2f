//! From names to attributes: an expression becomes a predicate for a resource type.

use super::ast::{AttributeTest, CompareOp, ElementTest, Expr, Literal, PartTest, Span, Spanned, Test};
use super::error::{Fault, FilterErrorKind as Kind};
use super::operand::operand;
use super::predicate::{Operand, Place, Predicate};
use crate::name::did_you_mean;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, ResourceType, Returned, Target};

/// Finds what a path names, as [`ResourceType::find`] does; besides, a path without a URN finds the
/// attribute of an extension when nothing else has that name: Entra asks for `manager`.
pub(crate) fn find<'s>(resource_type: &'s ResourceType, path: &AttributePath) -> Option<Target<'s>> {
    let name = path.name.as_str();
    if path.uri.is_some() || resource_type.attribute(name).is_some() {
        return resource_type.find(path);
    }
    let schemas = resource_type.extensions.iter().map(|extension| &extension.schema);
    let mut owners = schemas.filter_map(|schema| Some((schema, schema.attribute(name)?)));
    let (Some((schema, attribute)), None) = (owners.next(), owners.next()) else { return None };
    let sub = match &path.sub {
        None => None,
        Some(sub) => Some(attribute.sub_attribute(sub.as_str())?),
    };
    Some(Target::Attribute { extension: Some(schema), attribute, sub })
}

/// The part of a complex attribute that stands for the whole where one value is wanted: `emails` is
/// about `emails.value` (RFC 7644 section 3.4.2.2).
pub(crate) fn value_part(attribute: &Attribute) -> Option<&Attribute> {
    attribute.sub_attributes.iter().find(|a| a.name == "value" && a.kind != AttributeType::Complex)
}

/// Where the names of an expression are looked up.
#[derive(Clone, Copy)]
pub(super) enum Names<'s> {
    /// Among the attributes of a resource type.
    Resource(&'s ResourceType),
    /// Among the sub-attributes of an attribute; `value` alone if it is simple.
    Element(&'s Attribute),
}

/// Something to be tested.
pub(super) struct Subject<'s> {
    place: Place,
    /// Its definition; a whole extension has none.
    attribute: Option<&'s Attribute>,
    /// The name for messages.
    shown: String,
    hidden: bool,
    span: Span,
}

impl Subject<'_> {
    /// Whether one of its elements satisfies a predicate.
    pub(super) fn has_element(self, inner: Predicate) -> Predicate {
        if self.hidden {
            return Predicate::Never;
        }
        Predicate::Element { place: self.place, inner: Box::new(inner) }
    }
}

impl<'s> Names<'s> {
    pub(super) fn resolve(self, expr: &Expr) -> Result<Predicate, Fault> {
        match expr {
            Expr::And(list) => self.resolve_all(list).map(Predicate::And),
            Expr::Or(list) => self.resolve_all(list).map(Predicate::Or),
            Expr::Not(inner) => self.resolve(inner).map(|inner| Predicate::Not(Box::new(inner))),
            Expr::Attribute(term) => self.resolve_attribute(term),
            Expr::Element(term) => self.resolve_element(term),
        }
    }

    /// A plain loop: iterator adapters would multiply the frames of the recursion.
    fn resolve_all(self, list: &[Expr]) -> Result<Vec<Predicate>, Fault> {
        let mut resolved = Vec::with_capacity(list.len());
        for expr in list {
            resolved.push(self.resolve(expr)?);
        }
        Ok(resolved)
    }

    fn resolve_element(self, term: &ElementTest) -> Result<Predicate, Fault> {
        let (subject, names) = self.find_element(term)?;
        let mut inner = names.resolve(&term.inner)?;
        if let Some(part) = &term.part {
            inner = Predicate::And(vec![inner, names.resolve_part(part)?]);
        }
        Ok(subject.has_element(inner))
    }

    /// The attribute before the brackets, and where the names inside of them are looked up.
    pub(super) fn find_element(self, term: &ElementTest) -> Result<(Subject<'s>, Self), Fault> {
        let subject = self.find(&term.path)?;
        let has_elements = |a: &&Attribute| a.multi_valued || a.kind == AttributeType::Complex;
        match subject.attribute.filter(has_elements) {
            Some(attribute) => Ok((subject, Names::Element(attribute))),
            None => Err(Fault::new(Kind::NoElements(subject.shown), subject.span)),
        }
    }

    pub(super) fn resolve_attribute(self, term: &AttributeTest) -> Result<Predicate, Fault> {
        resolve_test(self.find(&term.path)?, &term.test)
    }

    /// A condition that follows brackets.
    pub(super) fn resolve_part(self, part: &PartTest) -> Result<Predicate, Fault> {
        let path = AttributePath { uri: None, name: part.name.node.clone(), sub: None };
        resolve_test(self.find(&Spanned { node: path, span: part.name.span })?, &part.test)
    }

    fn find(self, path: &Spanned<AttributePath>) -> Result<Subject<'s>, Fault> {
        match self {
            Self::Resource(resource_type) => find_attribute(resource_type, path),
            Self::Element(parent) => find_part(parent, path),
        }
    }
}

fn find_attribute<'s>(
    resource_type: &'s ResourceType,
    path: &Spanned<AttributePath>,
) -> Result<Subject<'s>, Fault> {
    let target = find(resource_type, &path.node).ok_or_else(|| {
        let suggestion = resource_type.suggestion(&path.node);
        unknown(path, resource_type.name.clone(), suggestion)
    })?;
    let (extension, attribute, sub) = match target {
        Target::Attribute { extension, attribute, sub } => (extension, attribute, sub),
        Target::Extension(schema) => {
            let place = Place {
                extension: None,
                attribute: schema.id.clone(),
                sub: None,
                kind: AttributeType::Complex,
                case_exact: false,
                multi_valued: false,
            };
            let shown = schema.id.clone();
            return Ok(Subject { place, attribute: None, shown, hidden: false, span: path.span });
        }
    };
    let leaf = sub.unwrap_or(attribute);
    let place = Place::of(extension, attribute, sub);
    let shown = match sub {
        Some(sub) => format!("{}.{}", attribute.name, sub.name),
        None => attribute.name.clone(),
    };
    let hidden = [attribute, leaf].iter().any(|a| a.returned == Returned::Never);
    Ok(Subject { place, attribute: Some(leaf), shown, hidden, span: path.span })
}

fn find_part<'s>(parent: &'s Attribute, path: &Spanned<AttributePath>) -> Result<Subject<'s>, Fault> {
    let name = path.node.name.as_str();
    let plain = path.node.uri.is_none() && path.node.sub.is_none();
    let found = match parent.kind {
        _ if !plain => None,
        AttributeType::Complex => parent.sub_attribute(name),
        _ if path.node.name.is("value") => Some(parent),
        _ => None,
    };
    let Some(attribute) = found else {
        let names = parent.sub_attributes.iter().map(|a| a.name.as_str());
        let suggestion = if plain { did_you_mean(name, names).map(str::to_owned) } else { None };
        return Err(unknown(path, format!("`{}`", parent.name), suggestion));
    };
    let is_element = std::ptr::eq(attribute, parent);
    let name = if is_element { "value" } else { &attribute.name };
    let place = Place {
        extension: None,
        attribute: name.to_owned(),
        sub: None,
        kind: attribute.kind,
        case_exact: attribute.compares_by_case(),
        multi_valued: attribute.multi_valued && !is_element,
    };
    let shown = format!("{}.{name}", parent.name);
    let hidden = attribute.returned == Returned::Never;
    Ok(Subject { place, attribute: Some(attribute), shown, hidden, span: path.span })
}

fn unknown(path: &Spanned<AttributePath>, within: String, suggestion: Option<String>) -> Fault {
    Fault::new(Kind::UnknownAttribute { path: path.node.to_string(), within, suggestion }, path.span)
}

fn resolve_test(subject: Subject<'_>, test: &Test) -> Result<Predicate, Fault> {
    let never = subject.hidden;
    let predicate = match test {
        Test::Present => Predicate::Present(subject.place),
        Test::Compare { op, literal: Spanned { node: Literal::Null, .. } } if op.node == CompareOp::Eq => {
            return Ok(Predicate::Not(Box::new(if never {
                Predicate::Never
            } else {
                Predicate::Present(subject.place)
            })));
        }
        Test::Compare { op, literal: Spanned { node: Literal::Null, .. } } if op.node == CompareOp::Ne => {
            Predicate::Present(subject.place)
        }
        Test::Compare { op, literal } => compare(subject, op, literal)?,
    };
    Ok(if never { Predicate::Never } else { predicate })
}

fn compare(
    mut subject: Subject<'_>,
    op: &Spanned<CompareOp>,
    literal: &Spanned<Literal>,
) -> Result<Predicate, Fault> {
    if subject.place.kind == AttributeType::Complex {
        let value = subject.attribute.and_then(value_part);
        let Some(value) = value.filter(|_| subject.place.sub.is_none()) else {
            let part = subject.attribute.and_then(|a| a.sub_attributes.first()).map(|a| a.name.clone());
            return Err(Fault::new(Kind::NoSingleValue { attribute: subject.shown, part }, subject.span));
        };
        subject.place.sub = Some(value.name.clone());
        subject.place.kind = value.kind;
        subject.place.case_exact = value.compares_by_case();
        subject.shown = format!("{}.{}", subject.shown, value.name);
    }
    let operand: Operand = operand(&subject.place, &subject.shown, op, literal)?;
    Ok(Predicate::Compare { place: subject.place, op: op.node, operand })
}
