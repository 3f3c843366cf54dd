import { expect, it } from "vitest";
import { networkOf, siteOf } from "../../src/auth/network.ts";

it.each([
	["192.0.2.7", "192.0.2.7"],
	["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
	["2001:DB8:1:2::", "2001:db8:1:2::/64"],
	["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
	["2001:db8::1", "2001:db8:0:0::/64"],
	["2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:0::/64"],
	["::1", "0:0:0:0::/64"],
	["::", "0:0:0:0::/64"],
	["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
	["::ffff:192.0.2.7", "192.0.2.7"],
	["0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"],
	["unknown", "unknown"],
])("the network of %s is %s", (address, network) => {
	expect(networkOf(address)).toBe(network);
});

it.each([
	["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
	["2001:db8:1:3::", "2001:db8:1::/48"],
	["2001:db8::1", "2001:db8:0::/48"],
	["192.0.2.7", undefined],
	["::ffff:192.0.2.7", undefined],
	["unknown", undefined],
])("the site of %s is %s", (address, site) => {
	expect(siteOf(networkOf(address))).toBe(site);
});
