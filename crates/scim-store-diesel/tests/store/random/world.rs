//! A store of random types with two tenants in it, and what there is in truth.

use crate::filters::render_as;
use crate::random::documents::document;
use crate::random::schemas::types;
use crate::random::tape::Tape;
use crate::random::values::{EPOCH_MS, Palette, STEP_MS};
use crate::support::{Answer, Fixture, texts};
use scim_core::schema::ResourceType;
use scim_store_diesel::{
    Hit, Kind, Loaded, MemberWrite, Relations, ResourceId, StoreError, StoredResource, TenantId,
};
use serde_json::{Map, Value};
use std::cell::Cell;

thread_local! {
    static TICKS: Cell<i64> = const { Cell::new(0) };
}

/// A clock that goes in a circle, and so is set back now and then. Each writer has its own.
fn clock() -> i64 {
    let ticks = TICKS.get();
    TICKS.set(ticks + 1);
    EPOCH_MS + ticks % 11 * STEP_MS
}

/// The store and its two tenants.
pub(crate) struct World {
    pub(crate) fixture: Fixture,
    pub(crate) palette: Palette,
    /// The text of the definition file.
    pub(crate) definitions: String,
    pub(crate) tenants: [Tenant; 2],
    /// Every id that there ever was.
    pub(crate) ids: Vec<ResourceId>,
}

/// What a tenant has.
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) rows: Vec<Row>,
}

/// A resource as answers show it.
pub(crate) struct Row {
    pub(crate) hit: Hit,
    pub(crate) loaded: Loaded,
    pub(crate) attributes: Map<String, Value>,
}

/// What became of a request.
enum Effect {
    Made(Hit),
    Gone(Hit),
    None,
}

impl World {
    /// A store of random types, whose tenants begin with the same documents.
    pub(crate) fn new(schemas: &Tape, layout: &Tape, documents: &[Tape]) -> Self {
        let palette = Palette::new(layout);
        let (types, definitions) = types(&schemas.rewound(), layout);
        let fixture = Fixture::with(|config| {
            config.types = types.clone();
            config.clock = clock;
            (config.readers, config.listers) = (1, 1);
        });
        let tenants = [fixture.acme, fixture.tenant("other")].map(|id| Tenant { id, rows: Vec::new() });
        let mut world = Self { fixture, palette, definitions, tenants, ids: Vec::new() };
        let hold = world.fixture.hold_writer();
        let mut answers = Vec::new();
        for tape in documents {
            let kind = tape.pick(&world.kinds());
            let document = document(tape, &world.palette, world.resource_type(kind));
            for (number, tenant) in world.tenants.iter().map(|tenant| tenant.id).enumerate() {
                let document = document.clone();
                let made = world.fixture.store.write(move |tx| {
                    let row = tx.tenant(tenant).insert(kind, &document)?;
                    Ok(Effect::Made(Hit { kind, id: row.id }))
                });
                answers.push((number, made));
            }
        }
        hold.release();
        world.settle(answers);
        world
    }

    /// The same store opened with other indexes, and with other attributes that compare by case.
    pub(crate) fn reopened(self, schemas: &Tape, layout: &Tape) -> Self {
        let (types, definitions) = types(&schemas.rewound(), layout);
        let fixture = self.fixture.reopen(|config| config.types = types.clone());
        let mut world = Self { fixture, definitions, ..self };
        world.settle(Vec::new());
        world
    }

    /// The kinds of the store, by their numbers.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.fixture.store.types().iter().map(|stored| stored.kind).collect()
    }

    pub(crate) fn resource_type(&self, kind: Kind) -> &ResourceType {
        let stored = self.fixture.store.types().iter().find(|stored| stored.kind == kind).unwrap();
        &stored.resource_type
    }

    /// How a row looks to filters.
    pub(crate) fn view(&self, loaded: &Loaded) -> Map<String, Value> {
        render_as(&self.resource_type(loaded.kind).name, loaded)
    }

    /// Changes what there is by some requests, all in one batch.
    pub(crate) fn change(&mut self, changes: &[Tape]) {
        let hold = self.fixture.hold_writer();
        let answers = changes.iter().map(|tape| self.one_change(tape)).collect();
        hold.release();
        self.settle(answers);
    }

    fn one_change(&self, tape: &Tape) -> (usize, Answer<Effect>) {
        let number = usize::from(tape.once_in(4));
        let Tenant { id: tenant, rows } = &self.tenants[number];
        let tenant = *tenant;
        let what = tape.below(8);
        let store = &self.fixture.store;
        let hits: Vec<Hit> = rows.iter().map(|row| row.hit).collect();
        let answer = match what {
            _ if hits.is_empty() => store.write(|_| Ok(Effect::None)),
            0..=2 => {
                let Hit { kind, id } = tape.pick(&hits);
                let document = document(tape, &self.palette, self.resource_type(kind));
                store.write(move |tx| {
                    let old = tx.tenant(tenant).find(kind, id)?;
                    tx.tenant(tenant).update(kind, &old, &document)?;
                    Ok(Effect::None)
                })
            }
            3 => {
                let hit = tape.pick(&hits);
                store.write(move |tx| tx.tenant(tenant).delete(hit.kind, hit.id).map(|_| Effect::Gone(hit)))
            }
            4 => {
                let kind = tape.pick(&self.kinds());
                let document = document(tape, &self.palette, self.resource_type(kind));
                store.write(move |tx| {
                    let row: StoredResource = tx.tenant(tenant).insert(kind, &document)?;
                    Ok(Effect::Made(Hit { kind, id: row.id }))
                })
            }
            _ => {
                let groups: Vec<Hit> = hits.iter().filter(|hit| hit.kind == Kind::Group).copied().collect();
                let group = if groups.is_empty() { hits[0].id } else { tape.pick(&groups).id };
                let members = [tape.pick(&hits).id, tape.pick(&hits).id, tape.pick(&hits).id];
                let write = match tape.below(6) {
                    0..=3 => MemberWrite::Add(texts(&members)),
                    4 => MemberWrite::Remove(texts(&members)),
                    _ => MemberWrite::Replace(texts(&members)),
                };
                store.write(move |tx| {
                    let mut group = tx.tenant(tenant).find(Kind::Group, group)?;
                    tx.tenant(tenant).change_members(&mut group, &[write], false)?;
                    Ok(Effect::None)
                })
            }
        };
        (number, answer)
    }

    /// Waits for the requests and reads what there is now. Some names are taken, some resources gone.
    fn settle(&mut self, answers: Vec<(usize, Answer<Effect>)>) {
        let mut hits = self.tenants.each_ref().map(|tenant| {
            let hits: Vec<Hit> = tenant.rows.iter().map(|row| row.hit).collect();
            hits
        });
        for (tenant, answer) in answers {
            match answer.wait() {
                Ok(Effect::Made(hit)) => {
                    hits[tenant].push(hit);
                    self.ids.push(hit.id);
                }
                Ok(Effect::Gone(hit)) => hits[tenant].retain(|known| *known != hit),
                Ok(Effect::None) | Err(StoreError::Taken { .. } | StoreError::NotFound) => {}
                Err(other) => panic!("{other}"),
            }
        }
        for (number, hits) in hits.into_iter().enumerate() {
            let rows = hits.into_iter().map(|hit| self.read(self.tenants[number].id, hit)).collect();
            self.tenants[number].rows = rows;
        }
    }

    fn read(&self, tenant: TenantId, hit: Hit) -> Row {
        let both = Relations { members: true, groups: true };
        let loaded = self.fixture.store.tenant(tenant).find(hit.kind, hit.id, both).unwrap();
        let attributes = self.view(&loaded);
        Row { hit, loaded, attributes }
    }
}
