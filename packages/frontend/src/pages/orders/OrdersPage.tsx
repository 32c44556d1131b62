import { Link } from '@tanstack/react-router';
import { counted } from '../../format/numbers';
import { StatusMark } from '../../ui/StatusMark';
import { Table } from '../../ui/Table';
import type { OrdersData } from './load';

/** Orders of a filter, a page at a time. */
export function OrdersPage({ data: { list } }: { data: OrdersData }) {
  return (
    <>
      <title>Orders · Goody</title>
      <h1>{counted(list.summary.total, 'order')}.</h1>
      <Table label="Orders, scrolls sideways">
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Vendor</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {list.orders.map((order) => (
            <tr key={order.orderId}>
              <th scope="row">
                <Link to="/orders/$orderId" params={{ orderId: order.orderId }}>
                  {order.orderId}
                </Link>
              </th>
              <td>{order.vendorId}</td>
              <td>
                <StatusMark status={order.status} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
