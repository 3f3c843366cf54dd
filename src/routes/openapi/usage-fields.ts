// Descriptions of fields of what Claude has cost. They belong to those in fields.ts.

export const usageFields: Readonly<Record<string, string>> = {
	"usage.input": "Input tokens not read from the cache.",
	"usage.output": "Output tokens.",
	"usage.cacheRead": "Input tokens read from the cache.",
	"usage.cacheWrite": "Input tokens written to the cache.",
	"usage.searches": "Web searches. Absent if there were none.",
	"cost.usd": "The cost in dollars.",
	"cost.about": "Whether a part of it is estimated, because the reply ended before Claude reported its tokens.",
	"tokens.input": "Input tokens not read from the cache.",
	"tokens.output": "Output tokens.",
	"tokens.cacheRead": "Input tokens read from the cache.",
	"tokens.cacheWrite": "Input tokens written to the cache.",
	"budget.setBy": "`administrator` if an administrator has set it. Absent for a budget of the settings or of the conversation's owners.",
	"budget.leftUsd": "Dollars that are left of the budget.",
	"people.replies": "The number of replies that the person has paid for.",
	"days.date": "The day in UTC.",
	"days.replies": "The number of replies on that day.",
};
