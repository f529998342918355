export type { ProbedRequest, ReportInputs, UnmanagedObject } from './build/inputs.js';
export { buildReport } from './build/report.js';
export { renderHtml } from './html/render.js';
export { renderMarkdown } from './markdown.js';
export { type AccessReport, parseReport, ReportError, type ReportKey, serializeReport } from './model.js';
