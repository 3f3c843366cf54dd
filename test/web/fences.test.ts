import { expect, it } from "vitest";
import { fencesIn } from "../../web/src/writing/fences.ts";

it.each([
	["```js", true],
	["Look:\n```\nconst a = 1;", true],
	["~~~\n```", true],
	["````\n```", true],
	["```js\nconst a = 1;\n```", false],
	["```js\nconst a = 1;\n``` ", false],
	["```one line```", false],
	["some `code`", false],
	["    ```", false],
	["", false],
])("a block of code is open at the end of %j: %j", (text, isOpen) => expect(fencesIn(text).isOpen).toBe(isOpen));
