/*
 * gatehoused as charon's kernel_ipsec_t: see kernel.h.
 *
 * Everything here only translates between charon's types and ours.
 */
#include "ipsec/charon/kernel.h"

#include <daemon.h>
#include <errno.h>
#include <netinet/in.h>
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

#include "base/suite.h"
#include "ipsec/charon/daemon.h"
#include "ipsec/charon/keys.h"
#include "ipsec/charon/table.h"

#define RUN_DIR "/run/gatehouse/gateway"
#define SPI_TRIES 16
/* For gatehoused to take an SA in: it needs well under a millisecond when it is not busy. */
#define INSTALL_WAIT_MS 200

struct gh_kernel {
	kernel_ipsec_t public;
	struct gh_table *table;
	struct gh_daemon *daemon;
	rng_t *rng;
	mutex_t *rng_lock;              /* rng_t is not made for many threads */
	bool told_unlocked;             /* the first one to see it says so */
};

const char *gh_run_dir(void)
{
	return lib->settings->get_str(lib->settings, "%s.plugins.gatehouse.run_dir",
				      RUN_DIR, lib->ns);
}

/* ---- charon's types and ours ---- */

static struct gh_endpoint endpoint_of(host_t *host)
{
	struct gh_endpoint e = { 0 };

	gh_endpoint_from_sockaddr((struct sockaddr *)host->get_sockaddr(host), &e);
	return e;
}

static struct gh_addr addr_of(host_t *host)
{
	return endpoint_of(host).addr;
}

static host_t *host_of(const struct gh_addr *addr, uint16_t port)
{
	struct gh_endpoint e = { .addr = *addr, .port = port };
	struct sockaddr_storage ss;

	if (!gh_endpoint_to_sockaddr(&e, &ss))
		return host_create_any(AF_INET);
	return host_create_from_sockaddr((sockaddr_t *)&ss);
}

static bool selector_of(traffic_selector_t *ts, struct gh_selector *out)
{
	chunk_t from = ts->get_from_address(ts), to = ts->get_to_address(ts);
	uint8_t family = ts->get_type(ts) == TS_IPV6_ADDR_RANGE ? AF_INET6 : AF_INET;
	size_t bytes = gh_family_bits(family) / 8;

	if (from.len != bytes || to.len != bytes)
		return false;
	*out = (struct gh_selector){
		.protocol = ts->get_protocol(ts),
		.port_from = ts->get_from_port(ts),
		.port_to = ts->get_to_port(ts),
		.from.family = family,
		.to.family = family,
	};
	memcpy(out->from.b, from.ptr, bytes);
	memcpy(out->to.b, to.ptr, bytes);
	return true;
}

static bool selectors_of(linked_list_t *list, uint16_t *count, struct gh_selector *out)
{
	enumerator_t *each = list->create_enumerator(list);
	traffic_selector_t *ts;
	bool ok = true;

	*count = 0;
	while (ok && each->enumerate(each, &ts)) {
		ok = *count < GH_SELECTORS_MAX && selector_of(ts, &out[*count]);
		*count = (uint16_t)(*count + ok);
	}
	each->destroy(each);
	return ok;
}

/* charon's numbers are IANA's; for "none" it has one of its own. */
static uint16_t integrity_of(const kernel_ipsec_add_sa_t *data)
{
	return data->int_alg == AUTH_UNDEFINED ? GH_AUTH_NONE : data->int_alg;
}

/*
 * An outbound SA without any key was rekeyed, and its keys wiped, before its
 * time to send had come; charon installs it nevertheless when the one before it
 * is deleted. Its successor sends already.
 */
static bool is_overtaken(const kernel_ipsec_add_sa_t *data)
{
	return !data->inbound && !data->enc_key.len && !data->int_key.len;
}

/* Why the SA is none for our datapath, or NULL. */
static const char *refusal(const kernel_ipsec_sa_id_t *id, const kernel_ipsec_add_sa_t *data)
{
	struct gh_suite suite;
	int rc;

	if (id->proto != IPPROTO_ESP)
		return "only ESP is supported, not AH";
	if (data->ipcomp != IPCOMP_NONE)
		return "IPComp is not supported";
	if (data->mode != MODE_TUNNEL && data->mode != MODE_TRANSPORT)
		return "only tunnel and transport mode are supported";
	rc = gh_suite_find(data->enc_alg, data->enc_key.len, integrity_of(data), data->int_key.len,
			   &suite);
	if (rc == -EINVAL)
		return "the datapath carries the algorithms, but not with keys of this length";
	return rc ? "the datapath carries no such algorithms" : NULL;
}

static bool sa_of(const kernel_ipsec_sa_id_t *id, const kernel_ipsec_add_sa_t *data,
		  struct gh_sa *out)
{
	linked_list_t *local = data->inbound ? data->dst_ts : data->src_ts;
	linked_list_t *remote = data->inbound ? data->src_ts : data->dst_ts;

	*out = (struct gh_sa){
		.name.direction = data->inbound ? GH_IN : GH_OUT,
		.name.spi = ntohl(id->spi),
		.name.destination = addr_of(id->dst),
		.source = endpoint_of(id->src),
		.target = endpoint_of(id->dst),
		.encap = data->encap,
		.tunnel = data->mode == MODE_TUNNEL,
		.esn = data->esn,
		.initiator = data->initiator,
		.leg = id->if_id,
		.reqid = data->reqid,
		.replay_window = data->replay_window,
		.encryption = data->enc_alg,
		.integrity = integrity_of(data),
		.key_length = (uint16_t)data->enc_key.len,
		.integrity_key_length = (uint16_t)data->int_key.len,
		.hard_bytes = data->lifetime->bytes.life,
		.soft_bytes = data->lifetime->bytes.rekey,
		.hard_packets = data->lifetime->packets.life,
		.soft_packets = data->lifetime->packets.rekey,
	};
	if (data->enc_key.len)
		memcpy(out->key, data->enc_key.ptr, data->enc_key.len);
	if (data->int_key.len)
		memcpy(out->integrity_key, data->int_key.ptr, data->int_key.len);
	return selectors_of(local, &out->local_count, out->local) &&
	       selectors_of(remote, &out->remote_count, out->remote);
}

/* ---- expiry ---- */

static void expire(uint32_t spi, const struct gh_addr *destination, bool hard)
{
	host_t *dst = host_of(destination, 0);

	charon->kernel->expire(charon->kernel, IPPROTO_ESP, htonl(spi), dst, hard);
	dst->destroy(dst);
}

/* By serial: while the clock runs the SA may move, or be replaced by one of the same SPI. */
struct gh_timer {
	struct gh_kernel *kernel;
	uint32_t spi;
	uint64_t serial;
	bool hard;
};

static job_requeue_t on_timer(struct gh_timer *timer)
{
	struct gh_addr destination;

	if (!gh_table_destination(timer->kernel->table, timer->spi, timer->serial, &destination))
		expire(timer->spi, &destination, timer->hard);
	return JOB_REQUEUE_NONE;
}

static void schedule(struct gh_kernel *this, const struct gh_sa *sa, uint64_t serial,
		     uint64_t after_s, bool hard)
{
	struct gh_timer *timer;
	callback_job_t *job;

	if (!after_s)
		return;
	INIT(timer,
		.kernel = this,
		.spi = sa->name.spi,
		.serial = serial,
		.hard = hard,
	);
	job = callback_job_create((callback_job_cb_t)on_timer, timer, free, NULL);
	lib->scheduler->schedule_job(lib->scheduler, (job_t *)job, (uint32_t)after_s);
}

static void on_expire(const struct gh_sa_expire *e)
{
	expire(e->name.spi, &e->name.destination, e->hard);
}

static void on_mapping(const struct gh_sa_mapping *m)
{
	host_t *dst = host_of(&m->name.destination, 0);
	host_t *remote = host_of(&m->remote.addr, m->remote.port);

	charon->kernel->mapping(charon->kernel, IPPROTO_ESP, htonl(m->name.spi), dst, remote);
	dst->destroy(dst);
	remote->destroy(remote);
}

/* ---- kernel_ipsec_t ---- */

METHOD(kernel_ipsec_t, get_features, kernel_feature_t,
	struct gh_kernel *this)
{
	return KERNEL_NO_POLICY_UPDATES;
}

METHOD(kernel_ipsec_t, get_spi, status_t,
	struct gh_kernel *this, host_t *src, host_t *dst, uint8_t protocol, uint32_t *spi)
{
	struct gh_addr destination = addr_of(dst);
	bool ok = true;
	uint32_t n;

	if (protocol != IPPROTO_ESP)
		return NOT_SUPPORTED;
	for (unsigned i = 0; ok && i < SPI_TRIES; i++) {
		this->rng_lock->lock(this->rng_lock);
		ok = this->rng->get_bytes(this->rng, sizeof(n), (uint8_t *)&n);
		this->rng_lock->unlock(this->rng_lock);
		n = KERNEL_SPI_MIN + n % (KERNEL_SPI_MAX - KERNEL_SPI_MIN + 1);
		if (ok && !gh_table_reserve(this->table, n, &destination)) {
			*spi = htonl(n);
			return SUCCESS;
		}
	}
	DBG1(DBG_KNL, "gatehouse: no SPI could be allocated");
	return FAILED;
}

METHOD(kernel_ipsec_t, get_cpi, status_t,
	struct gh_kernel *this, host_t *src, host_t *dst, uint16_t *cpi)
{
	return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, add_sa, status_t,
	struct gh_kernel *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_add_sa_t *data)
{
	const char *why = refusal(id, data);
	struct gh_sa sa = { 0 };
	uint64_t serial;
	int rc = -EINVAL;

	if (is_overtaken(data)) {
		DBG1(DBG_KNL, "gatehouse: SA %.8x was rekeyed before it could send, not installed",
		     ntohl(id->spi));
		return SUCCESS;         /* nothing is amiss, and nothing to be told */
	}
	if (!why && !sa_of(id, data, &sa))
		why = "more traffic selectors than 16, or of an unknown kind";
	if (!why)
		rc = gh_table_add(this->table, &sa, &serial);
	memwipe(&sa.key, sizeof(sa.key));
	memwipe(&sa.integrity_key, sizeof(sa.integrity_key));
	if (rc < 0) {
		DBG1(DBG_KNL, "gatehouse: SA %.8x refused: %s", ntohl(id->spi),
		     why ?: "out of memory");
		return why ? NOT_SUPPORTED : FAILED;
	}
	/*
	 * As a responder charon answers the peer next, and the peer may use the
	 * SA at once: the datapath must hold it by then. Briefly, and not while
	 * gatehoused is away: it gets all SAs when it comes.
	 */
	if (data->inbound)
		gh_table_await(this->table, sa.name.spi, serial, INSTALL_WAIT_MS);
	schedule(this, &sa, serial, data->lifetime->time.rekey, false);
	schedule(this, &sa, serial, data->lifetime->time.life, true);
	if (!gh_keys_locked() && !this->told_unlocked) {
		this->told_unlocked = true;
		DBG1(DBG_KNL, "gatehouse: keys of SAs could not be locked into memory: "
		     "raise charon's LimitMEMLOCK");
	}
	return SUCCESS;
}

METHOD(kernel_ipsec_t, update_sa, status_t,
	struct gh_kernel *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_update_sa_t *data)
{
	struct gh_endpoint source = endpoint_of(data->new_src);
	struct gh_endpoint target = endpoint_of(data->new_dst);
	struct gh_addr destination = addr_of(id->dst);
	int rc;

	rc = gh_table_move(this->table, ntohl(id->spi), &destination, &source, &target,
			   data->new_encap);
	return rc < 0 ? NOT_FOUND : SUCCESS;
}

METHOD(kernel_ipsec_t, query_sa, status_t,
	struct gh_kernel *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_query_sa_t *data,
	uint64_t *bytes, uint64_t *packets, time_t *time)
{
	struct gh_addr destination = addr_of(id->dst);
	struct gh_sa_use use;

	if (gh_table_use(this->table, ntohl(id->spi), &destination, &use) < 0)
		return NOT_FOUND;
	*bytes = use.bytes;
	if (packets)
		*packets = use.packets;
	*time = (time_t)use.last_use_s;
	return SUCCESS;
}

METHOD(kernel_ipsec_t, del_sa, status_t,
	struct gh_kernel *this, kernel_ipsec_sa_id_t *id, kernel_ipsec_del_sa_t *data)
{
	struct gh_addr destination = addr_of(id->dst);

	if (gh_table_del(this->table, ntohl(id->spi), &destination) < 0)
		return NOT_FOUND;
	return SUCCESS;
}

METHOD(kernel_ipsec_t, flush_sas, status_t,
	struct gh_kernel *this)
{
	gh_table_flush(this->table);
	return SUCCESS;
}

METHOD(kernel_ipsec_t, add_policy, status_t,
	struct gh_kernel *this, kernel_ipsec_policy_id_t *id, kernel_ipsec_manage_policy_t *data)
{
	return SUCCESS;
}

/* Times of use are the SAs': charon asks for both and takes either. */
METHOD(kernel_ipsec_t, query_policy, status_t,
	struct gh_kernel *this, kernel_ipsec_policy_id_t *id, kernel_ipsec_query_policy_t *data,
	time_t *use_time)
{
	return NOT_SUPPORTED;
}

METHOD(kernel_ipsec_t, del_policy, status_t,
	struct gh_kernel *this, kernel_ipsec_policy_id_t *id, kernel_ipsec_manage_policy_t *data)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, flush_policies, status_t,
	struct gh_kernel *this)
{
	return SUCCESS;
}

METHOD(kernel_ipsec_t, bypass_socket, bool,
	struct gh_kernel *this, int fd, int family)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, enable_udp_decap, bool,
	struct gh_kernel *this, int fd, int family, uint16_t port)
{
	return TRUE;
}

METHOD(kernel_ipsec_t, destroy, void,
	struct gh_kernel *this)
{
	gh_daemon_free(this->daemon);
	gh_table_free(this->table);
	DESTROY_IF(this->rng);
	DESTROY_IF(this->rng_lock);
	free(this);
}

kernel_ipsec_t *gh_kernel_create(void)
{
	static const struct gh_daemon_sink sink = {
		.expire = on_expire,
		.mapping = on_mapping,
	};
	struct gh_kernel *this;

	INIT(this,
		.public = {
			.get_features = _get_features,
			.get_spi = _get_spi,
			.get_cpi = _get_cpi,
			.add_sa = _add_sa,
			.update_sa = _update_sa,
			.query_sa = _query_sa,
			.del_sa = _del_sa,
			.flush_sas = _flush_sas,
			.add_policy = _add_policy,
			.query_policy = _query_policy,
			.del_policy = _del_policy,
			.flush_policies = _flush_policies,
			.bypass_socket = _bypass_socket,
			.enable_udp_decap = _enable_udp_decap,
			.destroy = _destroy,
		},
		.table = gh_table_new(),
		.rng = lib->crypto->create_rng(lib->crypto, RNG_WEAK),
		.rng_lock = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	if (this->table && this->rng)
		this->daemon = gh_daemon_new(gh_run_dir(), this->table, &sink);
	if (!this->daemon) {
		DBG1(DBG_KNL, "gatehouse: the plugin could not be set up");
		destroy(this);
		return NULL;
	}
	return &this->public;
}
