/*
 * The gatehouse plugin of charon: gatehoused as its kernel and its socket.
 *
 * Load it with socket-default and kernel-libipsec off. charon offers no stable
 * interface to plugins from elsewhere, so one built for another release
 * refuses to load, and says so.
 */
#include <daemon.h>
#include <plugins/plugin.h>

#include "ipsec/charon/host.h"
#include "ipsec/charon/kernel.h"
#include "ipsec/charon/socket.h"
#include "ipsec/charon/successor.h"

/* plugin_loader finds it by the plugin's name. */
__attribute__((visibility("default"))) plugin_t *gatehouse_plugin_create(void);

struct gh_plugin {
	plugin_t public;
};

METHOD(plugin_t, get_name, char *,
	struct gh_plugin *this)
{
	return "gatehouse";
}

METHOD(plugin_t, get_features, int,
	struct gh_plugin *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK(kernel_ipsec_register, gh_kernel_create),
			PLUGIN_PROVIDE(CUSTOM, "kernel-ipsec"),
				PLUGIN_DEPENDS(RNG, RNG_WEAK),
		PLUGIN_CALLBACK(socket_register, gh_socket_create),
			PLUGIN_PROVIDE(CUSTOM, "socket"),
				PLUGIN_SDEPEND(CUSTOM, "kernel-ipsec"),
		PLUGIN_CALLBACK(gh_successor_register, NULL),
			PLUGIN_PROVIDE(CUSTOM, "gatehouse-successor"),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	struct gh_plugin *this)
{
	free(this);
}

plugin_t *gatehouse_plugin_create(void)
{
	char version[GH_HOST_VERSION_TEXT];
	struct gh_plugin *this;

	if (!gh_host_version(version) || strcmp(version, GH_STRONGSWAN_VERSION)) {
		DBG1(DBG_LIB, "gatehouse: NOT loaded: built for strongSwan %s, this is %s. "
		     "Build gatehouse again with the headers of the installed release.",
		     GH_STRONGSWAN_VERSION, version[0] ? version : "unknown");
		return NULL;
	}
	INIT(this,
		.public = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
	);
	return &this->public;
}
