export async function fleetDemoCommand(_: { readonly json?: boolean }): Promise<number> {
  return 0;
}
