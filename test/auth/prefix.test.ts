import { expect, it } from "vitest";
import { canonicalPrefix, coversAddress } from "../../src/auth/prefix.ts";

it.each([
	["192.0.2.7", "192.0.2.7/32"],
	["192.0.2.7/24", "192.0.2.0/24"],
	["10.255.0.0/8", "10.0.0.0/8"],
	["203.0.113.129/25", "203.0.113.128/25"],
	["2001:DB8::/32", "2001:db8::/32"],
	["2001:db8:0:0:1:2:3:4/64", "2001:db8:0:0::/64"],
	["::1", "0:0:0:0:0:0:0:1/128"],
	["::ffff:192.0.2.7", "192.0.2.7/32"],
])("reads %s as %s", (text, canonical) => {
	expect(canonicalPrefix(text)).toBe(canonical);
	expect(canonicalPrefix(canonical)).toBe(canonical);
});

it.each([
	"",
	"x",
	"192.0.2",
	"192.0.2.256",
	"192.0.2.07",
	"192.0.2.0/33",
	"192.0.2.0/-1",
	"192.0.2.0/7",
	"0.0.0.0/0",
	"::/0",
	"2001::/15",
	"2001:db8::/129",
	"1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:8:9",
	"1::2::3",
	"12345::",
	"2001:db8::/32/32",
	"1:2:3:4:5:6:7:8::",
])("refuses %j", (text) => {
	expect(canonicalPrefix(text)).toBeUndefined();
});

it.each([
	["192.0.2.0/24", "192.0.2.255", true],
	["192.0.2.0/24", "192.0.3.0", false],
	["192.0.2.0/24", "::ffff:192.0.2.9", true],
	["192.0.2.0/24", "c000:0200::", false],
	["2001:db8::/32", "2001:db8:ffff::1", true],
	["2001:db8::/32", "2001:db9::1", false],
	["2001:db8:0:ff00::/56", "2001:db8:0:ff7f::1", true],
	["2001:db8:0:ff00::/56", "2001:db8:0:fe00::1", false],
	["2001:db8::/32", "nonsense", false],
])("%s covers %s: %s", (prefix, address, isCovered) => {
	expect(coversAddress(prefix, address)).toBe(isCovered);
});
