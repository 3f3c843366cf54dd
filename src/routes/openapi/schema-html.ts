// Schemas as HTML to read: the type of a value in words, and the fields of an object with their
// descriptions.

import type { JsonSchema } from "@valibot/to-json-schema";
import { html } from "hono/html";
import { numberText } from "../../protocol/text/number-text.ts";

type Html = ReturnType<typeof html>;

/** A text whose code stands between backticks, and whose names stand between asterisks. */
export function prose(text: string): Html {
	const parts = text.split("`");
	return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : emphasized(part)))}`;
}

function emphasized(text: string): Html {
	const parts = text.split(/\*([^*]+)\*/);
	return html`${parts.map((part, index) => (index % 2 === 1 ? html`<em>${part}</em>` : part))}`;
}

/** The type of a value, with links to named schemas. */
export function typeHtml(schema: JsonSchema | boolean): Html | string {
	if (typeof schema === "boolean") return "anything";
	if (schema.$ref) {
		const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
		return html`<a href="#${name}">${name}</a>`;
	}
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
	if (schema.anyOf) return html`${schema.anyOf.map((one, index) => html`${index > 0 ? " | " : ""}${typeHtml(one as JsonSchema)}`)}`;
	if (schema.prefixItems)
		return html`[${schema.prefixItems.map((item, index) => html`${index > 0 ? ", " : ""}${typeHtml(item as JsonSchema)}`)}]`;
	if (schema.type === "array")
		return html`array of ${typeHtml(schema.items as JsonSchema)}${(schema.items as JsonSchema).type === "object" ? "s" : ""}`;
	if (schema.type === "object" && schema.additionalProperties)
		return html`object of ${typeHtml(schema.additionalProperties as JsonSchema)} by name`;
	return `${String(schema.type ?? "anything")}${boundsText(schema)}`;
}

function boundsText({ minLength, maxLength, minimum, maximum, default: standard }: JsonSchema): string {
	const unit = maxLength === undefined ? "" : " characters";
	const [least, most] = [minLength ?? minimum, maxLength ?? maximum];
	const range =
		least !== undefined && most !== undefined
			? `${numberText(least)} to ${numberText(most)}${unit}`
			: most !== undefined
				? `up to ${numberText(most)}${unit}`
				: least !== undefined && least > 0 && `at least ${numberText(least)}${unit}`;
	const hasDefault = standard !== undefined && standard !== "";
	return [range, hasDefault && `by default ${typeof standard === "number" ? numberText(standard) : standard}`]
		.filter((part) => part !== false && part !== undefined)
		.map((part) => `, ${part}`)
		.join("");
}

/** One field or parameter. */
export function fieldHtml(name: string, schema: JsonSchema, isRequired: boolean, description = schema.description ?? ""): Html {
	const inner = schema.type === "array" && schema.items && typeof schema.items === "object" ? (schema.items as JsonSchema) : schema;
	return html`<dt><code>${name}</code> <span class="type">${typeHtml(schema)}${isRequired ? "" : " (optional)"}</span></dt>
<dd>${prose(description)}${inner.properties ? fieldsHtml(inner) : ""}</dd>`;
}

/** The fields of an object; nothing where it has none. */
export function fieldsHtml(schema: JsonSchema): Html | string {
	const fields = Object.entries(schema.properties ?? {}).filter(
		([name, field]) => name !== "type" || (field as JsonSchema).const === undefined,
	);
	if (fields.length === 0) return "";
	return html`<dl class="fields">${fields.map(([name, field]) => {
		return fieldHtml(name, field as JsonSchema, schema.required?.includes(name) ?? false);
	})}</dl>`;
}
