//! From names to attributes: an expression becomes a predicate for a resource type.

use super::ast::{CompareOp, ElementTest, Expr, Literal, PartTest, Span, Spanned, Test};
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

/// Where the names of an expression are looked up.
#[derive(Clone, Copy)]
pub(super) enum Names<'s> {
    /// Among the attributes of a resource type.
    Resource(&'s ResourceType),
    /// Among the sub-attributes of an attribute; `value` alone if it is simple.
    Element(&'s Attribute),
}

/// Something to be tested.
struct Subject<'s> {
    place: Place,
    /// Its definition; a whole extension has none.
    attribute: Option<&'s Attribute>,
    /// The name for messages.
    shown: String,
    hidden: bool,
    span: Span,
}

impl<'s> Names<'s> {
    pub(super) fn resolve(self, expr: &Expr) -> Result<Predicate, Fault> {
        match expr {
            Expr::And(list) => self.resolve_all(list).map(Predicate::And),
            Expr::Or(list) => self.resolve_all(list).map(Predicate::Or),
            Expr::Not(inner) => self.resolve(inner).map(|inner| Predicate::Not(Box::new(inner))),
            Expr::Attribute(term) => resolve_test(self.find(&term.path)?, &term.test),
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
        let subject = self.find(&term.path)?;
        let has_elements = |a: &&Attribute| a.multi_valued || a.kind == AttributeType::Complex;
        let Some(attribute) = subject.attribute.filter(has_elements) else {
            return Err(Fault::new(Kind::NoElements(subject.shown), subject.span));
        };
        let names = Names::Element(attribute);
        let mut inner = names.resolve(&term.inner)?;
        if let Some(PartTest { name, test }) = &term.part {
            let name = Spanned {
                node: AttributePath { uri: None, name: name.node.clone(), sub: None },
                span: name.span,
            };
            inner = Predicate::And(vec![inner, resolve_test(names.find(&name)?, test)?]);
        }
        if subject.hidden {
            return Ok(Predicate::Never);
        }
        Ok(Predicate::Element { place: subject.place, inner: Box::new(inner) })
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
    let place = Place {
        extension: extension.map(|schema| schema.id.clone()),
        attribute: attribute.name.clone(),
        sub: sub.map(|sub| sub.name.clone()),
        kind: leaf.kind,
        case_exact: leaf.compares_by_case(),
        multi_valued: attribute.multi_valued,
    };
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
        // `emails co "x"` is about `emails.value` (RFC 7644 section 3.4.2.2).
        let parts = subject.attribute.map(|a| a.sub_attributes.as_slice()).unwrap_or_default();
        let value = parts.iter().find(|a| a.name == "value" && a.kind != AttributeType::Complex);
        let Some(value) = value.filter(|_| subject.place.sub.is_none()) else {
            let part = parts.first().map(|a| a.name.clone());
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
