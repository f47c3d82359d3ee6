// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) 2026 The libxmpp-glib authors

// X-BADGE in Vala, a mechanism of one message: who it is, and the number of the badge. Beside
// badge.sasl goes what this makes:
//
//   valac --pkg xmpp-glib-1.0 --library=badge -X -shared -X -fPIC -o libxmpp-sasl-badge.so badge.vala

public class Badge : Xmpp.SaslMechanism {
	public override Bytes? step (Bytes? input, Cancellable? cancellable, out Xmpp.SaslStatus status) throws Error {
		status = FAILED;
		var username = get_secret ("username");
		var number = get_secret ("badge-number");
		if (!uint64.try_parse (number))
			throw new Xmpp.SaslError.NOT_AUTHORIZED ("The number of a badge has digits only");
		status = COMPLETE;
		return new Bytes (@"$username $number".data);
	}
}

public Type xmpp_sasl_module_get_type (string name) {
	return typeof (Badge);
}
