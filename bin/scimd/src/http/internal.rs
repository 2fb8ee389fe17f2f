//! The internal listener: the gateway check, health and metrics.

use super::{State, gateway, metrics};
use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use serde_json::json;

/// Mounts what only the inside may reach.
pub(crate) fn internal_routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics::metrics))
        .route("/gateway/v1/check", web::route().to(gateway::check))
        .route("/gateway/v1/check/{tail:.*}", web::route().to(gateway::check));
}

/// The process runs.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// The process can do its work.
async fn readyz(state: Data<State>) -> HttpResponse {
    match web::block(move || state.service.ready()).await {
        Ok(Ok(())) => HttpResponse::Ok().json(json!({"status": "ready"})),
        Ok(Err(error)) => {
            log::error!("not ready: {error}");
            HttpResponse::ServiceUnavailable()
                .json(json!({"status": "unavailable", "reason": "the store does not answer"}))
        }
        Err(_) => {
            HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": "stopping"}))
        }
    }
}
