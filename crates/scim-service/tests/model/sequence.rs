//! A sequence: each step is done by the service and by the model, and both are compared.

use crate::compare::Shown;
use crate::model::{Model, Outcome};
use crate::request::{Step, What};
use crate::world::World;
use scim_service::Kind;

/// After how many requests everything is compared, besides what they are about.
const OFTEN: usize = 12;

/// What a sequence came to.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) requests: usize,
    pub(crate) refused: usize,
}

/// Runs a sequence in a tenant of its own; an error says where service and model part.
pub(crate) fn run(world: &World, nested: bool, steps: &[Step]) -> Result<Told, String> {
    let tenant = world.tenant(nested);
    let mut model = Model { nested, ..Model::default() };
    let mut shown = Shown::new(world, &tenant);
    let mut told = Told::default();
    for (number, step) in steps.iter().enumerate() {
        let what = step.what.resolve(&|who| model.id(who, &world.strangers));
        let if_match = model.if_match(step.expected, &what);
        let at = |why: String| format!("step {number}: {why}\n{what:?}\nIf-Match: {if_match:?}");
        for _ in 0..=usize::from(step.twice) {
            let (outcome, answered) = world.send(&tenant, &what, if_match.as_deref());
            let new = answered.as_ref().and_then(|body| body["id"].as_str()).unwrap_or("(none)").to_owned();
            let expected = model.apply(&what, if_match.as_deref(), &new);
            told.requests += 1;
            told.refused += usize::from(matches!(expected, Outcome::Refused(..)));
            if outcome != expected {
                return Err(at(format!("{outcome:?} instead of {expected:?}")));
            }
            let (kind, id) = subject(&what, &new);
            if let Some(answered) = answered {
                shown.compare(&model, kind, &id, &answered).map_err(&at)?;
                if let What::CreateUser(body) = &what {
                    shown.keys.insert(id.clone(), world.key(&tenant, body.user_name));
                }
            }
            shown.read(&model, kind, &id).map_err(&at)?;
            if let Some(key) = shown.keys.get(&id) {
                shown.decide(&model, &id, key).map_err(&at)?;
            }
        }
        if number % OFTEN == OFTEN - 1 {
            shown.everything(&model).map_err(&at)?;
        }
    }
    shown.everything(&model).map_err(|why| format!("after all steps: {why}"))?;
    Ok(told)
}

/// Whom a request is about.
fn subject(what: &What<String>, new: &str) -> (Kind, String) {
    match what {
        What::CreateUser(_) => (Kind::User, new.to_owned()),
        What::CreateGroup(..) => (Kind::Group, new.to_owned()),
        What::ReplaceUser(id, _) | What::PatchUser(id, _) | What::DeleteUser(id) => (Kind::User, id.clone()),
        What::ReplaceGroup(id, ..) | What::PatchGroup(id, _) | What::DeleteGroup(id) => {
            (Kind::Group, id.clone())
        }
    }
}
