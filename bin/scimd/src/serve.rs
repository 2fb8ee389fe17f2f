//! Serving: open the store, bind both listeners, run until told to stop.

use crate::cli::{Failed, ServeOptions};
use crate::control::ControlServer;
use crate::home::Home;
use crate::housekeeping::Housekeeping;
use crate::http::{State, healthz, internal_routes, log_requests, scim_routes};
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use scim_service::admin::{Command, Failure, Reply};
use scim_service::{Secret, Service, ServiceConfig};
use socket2::{Domain, Socket, Type};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The tenant that the first start creates.
const FIRST_TENANT: &str = "default";

/// How long a stop waits for requests that are being answered.
const STOP_TIMEOUT: u64 = 30;

/// What is said at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Where the server is.
    Serve,
    /// That, and a token with a line to try.
    Quickstart,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(home: &Home, options: &ServeOptions, start: Start) -> Result<(), Failed> {
    check_plain_http(options)?;
    let public = listen(options.bind)?;
    let internal = listen(options.admin_bind)?;
    let address = |listener: &TcpListener| listener.local_addr().map_err(|e| Failed::other(e.to_string()));
    let (public_address, internal_address) = (address(&public)?, address(&internal)?);
    let base_url = format!("{}/scim/v2", public_url(options, public_address)?);
    let config = ServiceConfig { store: home.store_config()?, base_url: base_url.clone() };
    let service = Arc::new(Service::open(&config)?);
    let token = first_start(&service, start)?;
    if start == Start::Quickstart && token.is_none() {
        talk("A token was made at an earlier start. Make another with: scimd token create --tenant default");
    }
    let data_dir = &home.data_dir;
    let control = ControlServer::start(data_dir, Arc::clone(&service))
        .map_err(|e| Failed::store(format!("cannot listen for commands in {}: {e}", data_dir.display())))?;
    let housekeeping = Housekeeping::start(Arc::clone(&service), options.log_retention)
        .map_err(|e| Failed::other(format!("cannot start a thread: {e}")))?;
    let state = Data::new(State {
        service: Arc::clone(&service),
        body_timeout: Duration::from_secs(options.body_timeout),
    });
    let stopped = actix_web::rt::System::new().block_on(async {
        let served = Arc::clone(&state.service);
        let public = server(public, state.clone(), move |config| {
            config.route("/healthz", web::get().to(healthz));
            scim_routes(config, &served);
        })?;
        let internal = server(internal, state, internal_routes)?;
        // Before anybody is told where the server is: whoever knows it may stop it in good order.
        let signals = StopSignals::listen()?;
        announce(&base_url, internal_address, token.as_ref())?;
        actix_web::rt::spawn(stop_on_signal(signals, [public.handle(), internal.handle()]));
        futures_util::future::try_join(public, internal).await.map(|_| ())
    });
    drop((control, housekeeping));
    if let Err(error) = service.flush() {
        log::warn!("the last lines of the provisioning log are lost: {error}");
    }
    stopped.map_err(|e| Failed::other(format!("the server failed: {e}")))
}

/// Tokens travel in every request, so plain HTTP stays on this machine unless it is asked for.
fn check_plain_http(options: &ServeOptions) -> Result<(), Failed> {
    for (flag, address) in [("--bind", options.bind), ("--admin-bind", options.admin_bind)] {
        if !address.ip().is_loopback() && !options.allow_http {
            return Err(Failed::config(format!(
                "{flag} {address} would serve plain HTTP beyond this machine; put a proxy that speaks HTTPS in \
                 front of a loopback address, or say --allow-http if one is there already"
            )));
        }
    }
    Ok(())
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failed> {
    let open = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(1024)?;
        Ok::<_, std::io::Error>(TcpListener::from(socket))
    };
    open().map_err(|e| {
        let hint = match e.kind() {
            std::io::ErrorKind::AddrInUse => {
                "; is another scimd running? Choose another with --bind and --admin-bind"
            }
            _ => "",
        };
        Failed::other(format!("cannot listen on {address}: {e}{hint}"))
    })
}

/// The address that clients use, without a slash at its end.
fn public_url(options: &ServeOptions, bound: SocketAddr) -> Result<String, Failed> {
    let Some(url) = &options.public_url else { return Ok(format!("http://{bound}")) };
    let url = url.trim_end_matches('/');
    let sound = (url.starts_with("https://") || url.starts_with("http://"))
        && url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '<' | '>' | '?' | '#'));
    if sound {
        return Ok(url.trim_end_matches("/scim/v2").to_owned());
    }
    Err(Failed::config(format!("--public-url `{url}` is no URL such as https://scim.example.com")))
}

/// Creates the first tenant and, for a quickstart, its first token.
fn first_start(service: &Service, start: Start) -> Result<Option<Secret>, Failed> {
    let Reply::Tenants(tenants) = service.execute(Command::TenantList)? else { return Ok(None) };
    if tenants.is_empty() {
        service.execute(Command::TenantCreate { name: FIRST_TENANT.to_owned(), settings: Vec::new() })?;
    }
    if start == Start::Serve {
        return Ok(None);
    }
    let tenant = FIRST_TENANT.to_owned();
    match service.execute(Command::TokenList { tenant: tenant.clone() }) {
        Ok(Reply::Tokens(tokens)) if tokens.is_empty() => {}
        Err(error) if error.failure == Failure::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
        Ok(_) => return Ok(None),
    }
    let label = "quickstart".to_owned();
    let create = Command::TokenCreate { tenant, label, expires_days: 365, scope: "scim".to_owned() };
    match service.execute(create)? {
        Reply::NewToken(token) => Ok(Some(token.token)),
        _ => Ok(None),
    }
}

fn server(
    listener: TcpListener,
    state: Data<State>,
    routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<actix_web::dev::Server> {
    let server = HttpServer::new(move || {
        App::new().app_data(state.clone()).wrap(from_fn(log_requests)).configure(routes.clone())
    });
    let server = server
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(STOP_TIMEOUT)
        .disable_signals();
    Ok(server.listen(listener)?.run())
}

/// Says something to the person who starts the server.
#[expect(clippy::print_stderr, reason = "talk goes to standard error")]
fn talk(text: &str) {
    eprintln!("{text}");
}

/// Says where the server is: data to standard output, talk to standard error.
fn announce(base_url: &str, internal: SocketAddr, token: Option<&Secret>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "SCIM base URL  {base_url}")?;
    writeln!(out, "Internal       http://{internal}")?;
    if let Some(token) = token {
        let token = token.reveal();
        writeln!(out, "Token          {token}")?;
        talk("The token is shown this once; keep it in a secrets manager. Try it in another terminal:");
        writeln!(out, "  curl -H 'Authorization: Bearer {token}' '{base_url}/Users?count=1'")?;
    }
    out.flush()
}

/// The signals that stop the server, caught from the moment this exists.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }
}

/// Stops both listeners on SIGTERM or SIGINT; requests that are being answered are finished.
async fn stop_on_signal(mut signals: StopSignals, handles: [ServerHandle; 2]) {
    let StopSignals { terminate, interrupt } = &mut signals;
    futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
    log::info!("stopping: no new connections, at most {STOP_TIMEOUT} s for what is under way");
    let [public, internal] = handles;
    futures_util::future::join(public.stop(true), internal.stop(true)).await;
}
