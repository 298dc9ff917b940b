import java.math.BigDecimal;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import net.snowflake.client.jdbc.SnowflakeStatement;

/** Drives the account over JDBC; prints a line a check, `name=value`. Arguments: port, result format. */
public class Jdbc {
  static void check(String name, Object value) {
    System.out.println(name + "=" + value);
  }

  static List<String> rows(ResultSet found, String... columns) throws SQLException {
    List<String> rows = new ArrayList<>();
    int width = found.getMetaData().getColumnCount();
    while (found.next()) {
      List<String> cells = new ArrayList<>();
      if (columns.length == 0) for (int i = 1; i <= width; i++) cells.add(found.getString(i));
      for (String column : columns) cells.add(found.getString(column));
      rows.add(String.join("|", cells));
    }
    return rows;
  }

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.put("user", "ADMIN");
    properties.put("password", "right horse");
    properties.put("tracing", "OFF");
    properties.put("JDBC_QUERY_RESULT_FORMAT", arguments[1]);
    String url = "jdbc:snowflake://127.0.0.1:" + arguments[0] + "/?account=FIRNLOCAL&ssl=off";
    try (Connection connection = DriverManager.getConnection(url, properties)) {
      Statement statement = connection.createStatement();
      for (String sql : List.of(
          "CREATE OR REPLACE WAREHOUSE w",
          "CREATE OR REPLACE DATABASE d",
          "CREATE TABLE p (id INT PRIMARY KEY, n VARCHAR(20) NOT NULL COMMENT 'the name')",
          "CREATE TABLE t (i INT REFERENCES p(id), d NUMBER(10,2), f FLOAT, s VARCHAR, b BOOLEAN, ts TIMESTAMP_NTZ, bin BINARY)",
          "CREATE VIEW v AS SELECT * FROM p",
          "CREATE PROCEDURE pr(x INT) RETURNS VARCHAR LANGUAGE SQL AS 'BEGIN RETURN ''got '' || x; END'"))
        statement.execute(sql);

      PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (int i = 0; i < 20_000; i++) {
        insert.setInt(1, i);
        insert.setBigDecimal(2, new BigDecimal("1.25"));
        insert.setDouble(3, 1.5);
        if (i % 2 == 0) insert.setNull(4, Types.VARCHAR);
        else insert.setString(4, "it's " + i);
        insert.setBoolean(5, true);
        insert.setTimestamp(6, Timestamp.valueOf("2026-03-01 01:02:03.456"));
        insert.setBytes(7, new byte[] {0, -1});
        insert.addBatch();
      }
      int[] counts = insert.executeBatch();
      check("batch", counts.length + " " + Arrays.stream(counts).distinct().boxed().toList());
      check("loaded", rows(statement.executeQuery("SELECT COUNT(*), COUNT(s), SUM(d), MAX(ts), MAX(bin) FROM t")));
      PreparedStatement update = connection.prepareStatement("UPDATE t SET s = ? WHERE i = ?");
      for (int i = 0; i < 3; i++) {
        update.setString(1, "u");
        update.setInt(2, i);
        update.addBatch();
      }
      check("updates", Arrays.toString(update.executeBatch()));
      PreparedStatement select = connection.prepareStatement("SELECT i, s FROM t WHERE i = ? AND s LIKE ?");
      check("described", select.getMetaData().getColumnCount() + " " + select.getParameterMetaData().getParameterCount());
      select.setInt(1, 5);
      select.setString(2, "it%");
      check("selected", rows(select.executeQuery()));
      Statement few = connection.createStatement();
      few.setMaxRows(3);
      check("few", rows(few.executeQuery("SELECT i FROM t ORDER BY i")));
      ResultSet all = statement.executeQuery("SELECT SEQ4() AS n, 'row ' || n AS t FROM TABLE(GENERATOR(ROWCOUNT => 100000))");
      long sum = 0;
      while (all.next()) sum += all.getLong(1);
      check("many", sum);
      CallableStatement call = connection.prepareCall("CALL pr(?)");
      call.setInt(1, 7);
      call.execute();
      check("called", rows(call.getResultSet()));
      check("async", rows(statement.unwrap(SnowflakeStatement.class).executeAsyncQuery("SELECT 42")));
      connection.setAutoCommit(false);
      statement.executeUpdate("DELETE FROM t");
      connection.rollback();
      connection.setAutoCommit(true);
      check("rolled back", rows(statement.executeQuery("SELECT COUNT(*) FROM t")));
      Statement slow = connection.createStatement();
      slow.setQueryTimeout(1);
      try {
        slow.executeQuery("SELECT SYSTEM$WAIT(30)");
      } catch (SQLException error) {
        check("cancelled", error.getErrorCode() + " " + error.getSQLState());
      }
      DatabaseMetaData meta = connection.getMetaData();
      check("tables", rows(meta.getTables("D", "PUBLIC", "%", null), "TABLE_NAME", "TABLE_TYPE"));
      check("columns", rows(meta.getColumns("D", "PUBLIC", "P", "%"), "COLUMN_NAME", "DATA_TYPE", "COLUMN_SIZE", "NULLABLE", "REMARKS"));
      check("keys", rows(meta.getPrimaryKeys("D", "PUBLIC", "P"), "COLUMN_NAME") + " "
          + rows(meta.getImportedKeys("D", "PUBLIC", "T"), "PKCOLUMN_NAME", "FKCOLUMN_NAME"));
      check("procedures", rows(meta.getProcedures("D", "PUBLIC", "PR"), "PROCEDURE_NAME"));
    }
    System.exit(0);
  }
}
