/** Text that Terraform takes literally: `${…}` and `%{…}` are templates in its strings. */
export const terraformText = (text: string): string => text.replaceAll('${', () => '$${').replaceAll('%{', '%%{');
